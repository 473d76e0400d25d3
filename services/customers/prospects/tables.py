"""Tables of prospects: each customer's acquisition as it stands, what is left of those before it, and purchases."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlmodel import Field

from services.customers.base import Base


class Prospect(Base, table=True):
    """A customer whom we acquire, or acquired: one row, whose version goes on from one acquisition to the next.

    `number`: of the acquisition, from 1. All else as in `domain.Acquisition`.
    """

    __tablename__ = "prospects"
    __table_args__ = (
        Index("prospects_in_order", "created_at", "customer_id"),
        Index("prospects_begun", "occurred_at"),
        {"info": {"entity": "prospect"}},
    )

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    number: int = 1
    store_id: str | None = None
    product_id: str | None = None
    source: str | None = None
    supply: str | None = None
    demand: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    moved_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    stage: str
    furthest: str
    verdict: str | None = None
    outcome: str | None = None
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    bought_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class LostAcquisition(Base, table=True):
    """An acquisition that was lost before the one that stands: what the conversion report counts of it."""

    __tablename__ = "lost_acquisitions"
    __table_args__ = (Index("lost_acquisitions_begun", "occurred_at"),)

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    number: int = Field(primary_key=True)
    product_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    furthest: str
    outcome: str


class LastPurchase(Base, table=True):
    """When a customer bought something last, as far as we were told; for enquiries that are written down later."""

    __tablename__ = "last_purchases"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
