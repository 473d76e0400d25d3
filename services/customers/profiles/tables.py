"""Tables of customers' profiles."""

from datetime import date, datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Customer(Base, table=True):
    """A party that we have, or want, a relationship with. Everything personal stays in this service."""

    __tablename__ = "customers"

    id: str = Field(primary_key=True)
    kind: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    address: str | None = None
    buying_type: str | None = None
    lifestyle: str | None = None
    region: str | None = None
    sector: str | None = None
    home_store_id: str | None = None
    registered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class ExternalId(Base, table=True):
    """What another system calls a customer; unique per system."""

    __tablename__ = "external_ids"

    system: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
