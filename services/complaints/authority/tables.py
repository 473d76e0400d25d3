"""Tables of authority: the limits, and what was asked for beyond them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Numeric
from sqlmodel import Field

from services.complaints.base import Base


class AuthorityLimit(Base, table=True):
    """The most that an employee of a level may grant in one remedy, in one currency."""

    __tablename__ = "authority_limits"
    __table_args__ = ({"info": {"entity": "authority_limit"}},)

    level: int = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class RemedyRequest(Base, table=True):
    """A remedy asked for by the case's step of that number; somebody else decides on it, once.

    `requested_by`: the employee named, else the token's subject, which `asked_by` is in any case. `decided_by`,
    `decided_at` and `reason` (why it was refused) are those of the decision.
    """

    __tablename__ = "remedy_requests"

    complaint_id: str = Field(primary_key=True, foreign_key="complaints.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    kind: str
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    requested_by: str
    asked_by: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str = "pending"
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reason: str | None = None
