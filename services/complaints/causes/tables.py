"""Tables of corrective actions; the causes themselves stand in the cases."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class CorrectiveAction(Base, table=True):
    """What is done so that a complaint does not come again. `customer_id` and `store_id`: the complaint's.

    `owner`: who sees to it. `effective`: whether it helped, none where nobody has said.
    """

    __tablename__ = "corrective_actions"
    __table_args__ = (Index("corrective_actions_in_order", "due_at", "id"), {"info": {"entity": "corrective_action"}})

    id: str = Field(primary_key=True)
    complaint_id: str = Field(foreign_key="complaints.id", ondelete="CASCADE", index=True)
    customer_id: str = Field(index=True)
    store_id: str = Field(index=True)
    what: str
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    owner: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str = "open"
    completed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    effective: bool | None = None
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
