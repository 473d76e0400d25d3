"""Tables of visits."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, text
from sqlmodel import Field

from services.customers.base import Base


class Visit(Base, table=True):
    """A customer came to a store, a site or an app, or we came to them.

    `closes_at`: the end of the store's day, fixed at the start; then the visit ends if nobody has ended it.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index("visits_in_order", "created_at", "id"),
        Index("visits_open", "closes_at", "id", postgresql_where=text("ended_at is null")),
        {"info": {"entity": "visit"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    channel: str
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    closes_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    purpose: str | None = None
    welcomed_by: str | None = None
    seconds_to_welcome: int | None = None
    served_by: str | None = None
    converted: bool | None = None
    two_way: bool | None = None
    outcome: str | None = None
    note: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
