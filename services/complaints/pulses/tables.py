"""Tables of employees' pulses."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class Pulse(Base, table=True):
    """How somebody feels about the store where they work, 1–7 for each question; nothing here tells who."""

    __tablename__ = "pulses"
    __table_args__ = (Index("pulses_of_stores", "store_id", "occurred_at"), {"info": {"entity": "pulse"}})

    id: str = Field(primary_key=True)
    store_id: str
    culture: int | None = None
    workload: int | None = None
    support: int | None = None
    tools: int | None = None
    comment: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
