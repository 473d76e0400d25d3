"""Tables of conversations."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Conversation(Base, table=True):
    """What a customer told us, in a visit or at a touchpoint, and what they were answered.

    `commitment_id`: the promise that it was answered with; `doubt_id`: the doubt that was named. Its history is part
    of the visit's or the touchpoint's.
    """

    __tablename__ = "conversations"
    __table_args__ = tuple(
        Index(f"conversations_of_{whose}", f"{whose}_id", "created_at", "id")
        for whose in ("customer", "visit", "touchpoint")
    )

    id: str = Field(primary_key=True)
    customer_id: str
    visit_id: str | None = Field(default=None, foreign_key="visits.id", ondelete="CASCADE")
    touchpoint_id: str | None = Field(default=None, foreign_key="touchpoints.id", ondelete="CASCADE")
    named: str
    topic: str
    words: str | None = None
    response: str
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    by: str | None = None
    commitment_id: str | None = None
    doubt_id: str | None = None
    simulated: bool = False
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
