"""Tables of objectives."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Numeric
from sqlmodel import Field

from services.customers.base import Base


class Objective(Base, table=True):
    """What we want to reach with a customer until when, how far it is, and by which strategy.

    `occurred_at`: when it was set. `target` and `progress` are in `unit`.
    """

    __tablename__ = "objectives"
    __table_args__ = ({"info": {"entity": "objective"}},)

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    title: str
    target: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    unit: str
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    strategy: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    progress: Decimal = Field(default=Decimal(0), sa_column=Column(Numeric, nullable=False))
    reviewed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reached: bool | None = None
    closed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reason: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
