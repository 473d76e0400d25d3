"""Tables of what stores did for customers."""

from datetime import datetime

from sqlalchemy import Boolean, Column, DateTime, Index, false
from sqlmodel import Field

from services.complaints.base import Base


class Purchase(Base, table=True):
    """A purchase; `customer_id`: none for an anonymous sale and once they demanded to be forgotten.

    `void`: the bill was another customer's, who has a purchase of their own; `corrected_at`: what told so last.
    """

    __tablename__ = "purchases"
    __table_args__ = (Index("purchases_of_stores", "store_id", "occurred_at"),)

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    void: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    corrected_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Visit(Base, table=True):
    """A visit; `customer_id` as of a purchase."""

    __tablename__ = "visits"
    __table_args__ = (Index("visits_of_stores", "store_id", "occurred_at"),)

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Service(Base, table=True):
    """Something else that a store did for somebody: `kind` is the type of the event that told of `subject`."""

    __tablename__ = "services_rendered"
    __table_args__ = (Index("services_of_stores", "store_id", "occurred_at"),)

    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    store_id: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Store(Base, table=True):
    """A store as the reference topic told of it last; `told_at`: that event's time."""

    __tablename__ = "stores"

    id: str = Field(primary_key=True)
    time_zone: str
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
