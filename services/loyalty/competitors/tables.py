"""Tables of competitors, their offers, what was observed of them, and whose prices were asked for."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Index, Numeric, Text
from sqlmodel import Field

from services.loyalty.base import Base


class Competitor(Base, table=True):
    """Somebody who sells what we sell, or what does instead. `programme`: the name of their loyalty programme."""

    __tablename__ = "competitors"

    id: str = Field(primary_key=True)
    name: str
    directness: str
    objectives: str | None = None
    strengths: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    weaknesses: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reactions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    programme: str | None = None
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class CompetitorOffer(Base, table=True):
    """What a competitor asks for one piece of a product, or of a category's usual one."""

    __tablename__ = "competitor_offers"

    competitor_id: str = Field(sa_column=Column(Text, ForeignKey("competitors.id"), primary_key=True))
    id: str = Field(primary_key=True)
    product_id: str | None = None
    category: str | None = None
    price: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    currency: str
    seen_on: date
    level: int | None = None
    note: str | None = None
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class CompetitorObservation(Base, table=True):
    """A competitor had to do with a customer, or was seen where we sell. `price`: theirs, for one piece."""

    __tablename__ = "competitor_observations"
    __table_args__ = (
        Index("competitor_observations_in_order", "created_at", "id"),
        Index("competitor_observations_of_competitor", "competitor_id", "occurred_at"),
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str | None = None
    competitor_id: str
    kind: str
    category: str | None = None
    product_id: str | None = None
    price: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    source: str | None = None
    note: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class PriceMatchRequest(Base, table=True):
    """A customer asked for a competitor's price. `their_price`: for one piece; `reason`: why it was granted or not."""

    __tablename__ = "price_match_requests"
    __table_args__ = (Index("price_match_requests_in_order", "created_at", "id"),)

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    product_id: str | None = None
    category: str
    competitor_id: str | None = None
    their_price: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    currency: str | None = None
    granted: bool
    reason: str | None = None
    by: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
