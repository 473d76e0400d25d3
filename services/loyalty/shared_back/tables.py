"""Table of gifts: this service's own copy of the gestures that the customers service tells of."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlmodel import Field

from services.loyalty.base import Base


class Gift(Base, table=True):
    """A gesture that was made to a customer. `cost_amount`, `currency`: what it cost us, where that was told."""

    __tablename__ = "gifts"
    __table_args__ = (Index("gifts_of_customer", "customer_id", "occurred_at"),)

    id: str = Field(primary_key=True)
    customer_id: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
