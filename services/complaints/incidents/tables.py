"""Tables of shop-floor incidents."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, ForeignKey, Index, Numeric, Text
from sqlmodel import Field

from services.complaints.base import Base


class Incident(Base, table=True):
    """Something happened on the shop floor. `customer_id`: None where nobody knows who it was, and once they demanded
    to be forgotten. `situation`: what kind of misbehaviour. `logbook_entry_id`: the entry that its procedure wrote.
    """

    __tablename__ = "incidents"
    __table_args__ = (
        Index("incidents_in_order", "created_at", "id"),
        Index("incidents_of_store", "store_id", "occurred_at"),
        {"info": {"entity": "incident"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str
    kind: str
    situation: str | None = None
    state: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reported_by: str
    certain: bool = False
    eye_witness: bool = False
    approached_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    outside_called: bool = False
    intervened_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    logbook_entry_id: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class IncidentStep(Base, table=True):
    """One step of an incident's procedure. `number`: the incident's version after it. `by`: the employee who took it,
    `told_by`: the token by which it was told. A cost is our own, in a currency.
    """

    __tablename__ = "incident_steps"

    incident_id: str = Field(sa_column=Column(Text, ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True))
    number: int = Field(primary_key=True)
    step: str
    by: str
    told_by: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    escorted_aside: bool | None = None
    other_customers_present: bool | None = None
    certain: bool | None = None
    eye_witness: bool | None = None
    called: str | None = None
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    note: str | None = None
