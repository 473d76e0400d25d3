"""Tables of consents."""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Consent(Base, table=True):
    """Whether we may contact a customer for a purpose through a channel, since when, and how we know."""

    __tablename__ = "consents"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    purpose: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    source: str
    granted_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    version: int = 1
