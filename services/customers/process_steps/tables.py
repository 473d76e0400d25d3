"""Tables of steps from contact to cash."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlmodel import Field

from services.customers.base import Base


class ProcessStep(Base, table=True):
    """One step from contact to cash, when it was planned, due and done. An amount has a currency.

    `about`: the order it belongs to. `disputed_at` and `reason`: of the newest dispute, `settled_at`: its end.
    """

    __tablename__ = "process_steps"
    __table_args__ = (
        Index("process_steps_of_customer", "customer_id", "due_at", "id"),
        {"info": {"entity": "process_step"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    step: str
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    about: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    completed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    disputed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reason: str | None = None
    settled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
