"""Tables of follow-ups."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class Task(Base, table=True):
    """Something that somebody is to do for a customer. `about_id`: of what the origin names, where it has an id.

    `kind`, `cause` and `outcome` are codes; `what` is to be done and `how` it was done are words. `owner`: who is to
    do it, none until somebody is found. `last_step_at`: no later step is told to be before it.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_by_due_time", "due_at", "id"),
        {"info": {"entity": "task"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = Field(default=None, index=True)
    kind: str
    what: str | None = None
    origin: str
    about_id: str | None = None
    cause: str | None = None
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    owner: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    done_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    outcome: str | None = None
    how: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
