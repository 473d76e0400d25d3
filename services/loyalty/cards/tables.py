"""The table of loyalty cards."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.loyalty.base import Base


class Card(Base, table=True):
    """A card by which a customer is known at every till; a customer may have several."""

    __tablename__ = "cards"
    __table_args__ = (Index("cards_of_customer", "customer_id", "id"), {"info": {"entity": "card"}})

    id: str = Field(primary_key=True)
    customer_id: str
    issued_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    blocked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
