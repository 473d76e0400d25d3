"""Tables of stated exits."""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Exit(Base, table=True):
    """A customer said that they leave, and why."""

    __tablename__ = "exits"

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    reason: str
    note: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
