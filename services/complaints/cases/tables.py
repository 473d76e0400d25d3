"""Tables of complaints: each case as it stands, the one history of its steps, and what was given."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.complaints.base import Base
from shared.duties import ACTOR

LATE = timedelta(minutes=1)
"""By so much the clock may speak of a due time after it."""


class Complaint(Base, table=True):
    """A customer complained. `owner`: who in the department has it; the due times were fixed at the opening.

    `resolution`, `root_cause` and `first_contact` are those of the newest resolution. `customer_id`: none once they
    demanded to be forgotten; the case counts for its store, and nobody reads it or takes a step in it.
    `standard` and `calendar_version`: what it is held to, as it was when the case was opened; null where a process of
    an older version took it down. `waiting_since`: its clock stands still, for we wait for the customer. `pauses` and
    `requests`: how often we did, and how often somebody else had to approve a remedy. `follows`: an earlier case.
    """

    __tablename__ = "complaints"
    __table_args__ = (Index("complaints_in_order", "created_at", "id"), {"info": {"entity": "complaint"}})

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str = Field(index=True)
    category: str
    severity: str
    state: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_acknowledge: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_resolve: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    acknowledged_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    resolution: str | None = None
    root_cause: str | None = None
    first_contact: bool = False
    first_contact_claimed: bool | None = None
    waiting_since: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    standard: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    calendar_version: int | None = None
    department: str | None = None
    owner: str | None = None
    level: int = 0
    escalated_to: str | None = None
    handovers: int = 0
    pauses: int = 0
    requests: int = 0
    reopened: int = 0
    purchase_id: str | None = None
    integration_id: str | None = None
    follows: str | None = None
    text: str | None = None
    channel: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class ComplaintStep(Base, table=True):
    """One step of a case. `number`: the case's version after it. `department`: who owned the case after it."""

    __tablename__ = "complaint_steps"

    complaint_id: str = Field(primary_key=True, foreign_key="complaints.id")
    number: int = Field(primary_key=True)
    verb: str
    by: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    note: str | None = None
    department: str | None = None

    @property
    def late(self) -> bool:
        """Whether the clock spoke later than it should: it was not running then."""
        return self.by == ACTOR and self.recorded_at - self.occurred_at > LATE


class ComplaintRemedy(Base, table=True):
    """Something given to set a case right, by the step of that number; an amount has a currency."""

    __tablename__ = "complaint_remedies"

    complaint_id: str = Field(primary_key=True, foreign_key="complaints.id")
    number: int = Field(primary_key=True)
    kind: str
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    granted_by: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
