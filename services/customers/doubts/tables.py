"""Tables of doubts."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Doubt(Base, table=True):
    """A customer doubted or feared something. `answer`: our words that settled it; `outcome`: what came of it."""

    __tablename__ = "doubts"
    __table_args__ = (
        Index("doubts_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "doubt"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    topic: str
    words: str | None = None
    visit_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    resolved_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    outcome: str | None = None
    answer: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
