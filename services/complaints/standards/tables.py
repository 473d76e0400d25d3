"""Tables of service standards, and of the timers of cases."""

from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index, Text, text
from sqlmodel import Field

from services.complaints.base import Base


class Timer(Base, table=True):
    """Something that the clock tells of a case, once.

    `round`: 0 from the opening, one more with each reopening. `kind`: warning, breach or escalation (to `level`).
    `due_at`: when it is due, the time of what is told; `fire_at`: when the clock tells it, null while the case waits
    for the customer, once a step has made it needless, and for history; `fired_at`: when it was told.
    """

    __tablename__ = "complaint_timers"
    __table_args__ = (
        Index("complaint_timers_due", "fire_at", postgresql_where=text("fired_at is null and fire_at is not null")),
    )

    complaint_id: str = Field(sa_column=Column(Text, ForeignKey("complaints.id", ondelete="CASCADE"), primary_key=True))
    round: int = Field(primary_key=True)
    standard: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    level: int = Field(default=0, primary_key=True)
    escalated_to: str | None = None
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    fire_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    fired_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
