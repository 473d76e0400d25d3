"""Tables of what is offered, and where."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric
from sqlmodel import Field

from services.loyalty.base import Base


class Category(Base, table=True):
    """A category of products and when it is on offer (UTC days, the end exclusive)."""

    __tablename__ = "categories"

    id: str = Field(primary_key=True)
    name: str
    format: str | None = None
    level: int | None = None
    offered_from: date
    offered_until: date | None = None
    assumed_margin: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Store(Base, table=True):
    """A place, site or counter where we sell."""

    __tablename__ = "stores"

    id: str = Field(primary_key=True)
    name: str | None = None
    format: str | None = None
    region: str | None = None
    time_zone: str
    opened_on: date | None = None
    closed_on: date | None = None
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class Product(Base, table=True):
    """A product: its category, its price and quality level within it (higher is better), and when it is on offer.

    A product that nobody told of may be bought all the same.
    """

    __tablename__ = "products"
    __table_args__ = (Index("products_of_category", "category", "id"),)

    id: str = Field(primary_key=True)
    name: str | None = None
    category: str
    level: int | None = None
    format: str | None = None
    offered_from: date | None = None
    offered_until: date | None = None
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
