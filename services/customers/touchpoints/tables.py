"""Tables of touchpoints."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Touchpoint(Base, table=True):
    """We met a customer elsewhere than at a visit. `begun`: a conversation only began then."""

    __tablename__ = "touchpoints"
    __table_args__ = (Index("touchpoints_in_order", "created_at", "id"), {"info": {"entity": "touchpoint"}})

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    channel: str
    kind: str
    two_way: bool = False
    begun: bool = False
    outcome: str | None = None
    served_by: str | None = None
    note: str | None = None
    simulated: bool = False
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
