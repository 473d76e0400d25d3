"""Tables of the logbook. Nobody changes or removes an entry, the tables' owner included: triggers refuse it.

The words stand beside the entries, for one thing may still be done to them: who demands to be forgotten is taken out.
"""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class LogbookEntry(Base, table=True):
    """Something that a store's logbook tells. `corrects`: the entry that it mends. `version` is always 1."""

    __tablename__ = "logbook"
    __table_args__ = (
        Index("logbook_of_store", "store_id", "occurred_at", "id"),
        Index("logbook_in_order", "occurred_at", "id"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    kind: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reported_by: str | None = None
    incident_id: str | None = Field(default=None, foreign_key="incidents.id", index=True)
    corrects: str | None = Field(default=None, foreign_key="logbook.id")
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class LogbookNote(Base, table=True):
    """The words of an entry. `customer_id`: of whom they speak, where we know it; theirs can be forgotten."""

    __tablename__ = "logbook_notes"

    entry_id: str = Field(primary_key=True, foreign_key="logbook.id")
    customer_id: str | None = Field(default=None, index=True)
    note: str
