"""Tables of commitments."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, text
from sqlmodel import Field

from services.customers.base import Base


class Commitment(Base, table=True):
    """Something that we promised a customer. `link`: the relationship through which we did."""

    __tablename__ = "commitments"
    __table_args__ = (
        Index("commitments_in_order", "due_at", "id"),
        Index("commitments_open", "due_at", "id", postgresql_where=text("state = 'open'")),
        {"info": {"entity": "commitment"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    what: str
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    link: str | None = None
    made_by: str | None = None
    state: str = "open"
    met_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
