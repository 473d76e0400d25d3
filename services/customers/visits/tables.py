"""Tables of visits."""

from datetime import datetime

from sqlalchemy import Boolean, Column, DateTime, Index, false, text
from sqlmodel import Field

from services.customers.base import Base
from services.customers.visits.domain import AT_MOST


class Visit(Base, table=True):
    """A customer came to a store, a site or an app, or we came to them.

    `due_at`: when it closes, fixed at the start; null where a process of an older version took it down.
    `ended_by_clock`: it ended so, and nobody has told yet what came of it.
    """

    __tablename__ = "visits"
    __table_args__ = (
        Index("visits_in_order", "created_at", "id"),
        Index("visits_open", "due_at", "id", postgresql_where=text("ended_at is null")),
        {"info": {"entity": "visit"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    channel: str
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ended_by_clock: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
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

    @property
    def closes_at(self) -> datetime:
        """The end of the store's day, or of 24 hours where there is no store: then it ends if nobody has ended it."""
        return self.due_at or self.started_at + AT_MOST
