"""Tables of business calendars."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.complaints.base import Base


class StoreCalendar(Base, table=True):
    """One version of a store's calendar, as it was told; none is ever changed, for cases are held to it."""

    __tablename__ = "store_calendars"

    store_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    told: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
