"""Tables of customers' profiles."""

from datetime import date, datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Customer(Base, table=True):
    """A party that we have, or want, a relationship with. Everything personal stays in this service.

    `merged_into`: the customer that this record was found to be of, since `merged_at`. `unmerged_at`: when the last
    merge was taken back.
    """

    __tablename__ = "customers"
    __table_args__ = {"info": {"entity": "customer", "customer": "id"}}

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
    merged_into: str | None = Field(default=None, foreign_key="customers.id", index=True)
    merged_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    unmerged_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class ExternalId(Base, table=True):
    """What another system calls a customer; unique per system."""

    __tablename__ = "external_ids"

    system: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)


class ContactPoint(Base, table=True):
    """A further way to reach a customer. No unique key holds the value, which is personal."""

    __tablename__ = "contact_points"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    number: int = Field(primary_key=True)
    kind: str
    value: str
    label: str | None = None
