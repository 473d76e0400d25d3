"""Tables of ideas."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class Idea(Base, table=True):
    """What somebody would have us do better, in their words; `customer_id`: none where nobody knows who it was.

    `about`: what it is about, a code. `reason`: of the decision. `last_step_at`: of the newest step.
    """

    __tablename__ = "ideas"
    __table_args__ = (Index("ideas_in_order", "occurred_at", "id"), {"info": {"entity": "idea"}})

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str | None = Field(default=None, index=True)
    words: str
    about: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str = "recorded"
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    decision: str | None = None
    reason: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
