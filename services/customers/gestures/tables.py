"""Tables of gestures."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlmodel import Field

from services.customers.base import Base


class Gesture(Base, table=True):
    """Somebody of ours did more for a customer than we had promised. An amount has a currency."""

    __tablename__ = "gestures"
    __table_args__ = (
        Index("gestures_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "gesture"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    kind: str
    by: str
    why: str
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    store_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
