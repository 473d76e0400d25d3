"""Tables of solutions."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Solution(Base, table=True):
    """A solution for one customer alone, promised and, once `delivered_at` is set, delivered."""

    __tablename__ = "solutions"
    __table_args__ = (
        Index("solutions_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "solution"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    what: str
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
