"""Tables of contacts."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Contact(Base, table=True):
    """Somebody asked to contact a customer. `refused`: the customer had not agreed; that is a violation."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "contact"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    purpose: str
    channel: str
    by: str | None = None
    note: str | None = None
    refused: bool
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
