"""Tables of service standards, and of the timers of cases."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.complaints.base import Base


class ServiceStandard(Base, table=True):
    """One version of a standard, as it was told; none is ever changed."""

    __tablename__ = "service_standards"

    category: str = Field(primary_key=True)
    severity: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    told: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Timer(Base, table=True):
    """Something that the clock tells of a case, once; it is gone when a step has made it needless.

    `round`: 0 from the opening, one more with each reopening. `kind`: warning, breach or escalation (to `level`).
    `due_at`: when it is due, the time of what is told; `fire_at`: when the clock tells it, null while the case waits
    for the customer, and for history; `fired_at`: when it was told.
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
