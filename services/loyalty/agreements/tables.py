"""Tables of volume-price agreements, of their uses and of quotes."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, ForeignKey, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.loyalty.base import Base


class VolumeAgreement(Base, table=True):
    """A lower price for a larger volume of a category or a product. `steps`: as they were told, numbers as text.

    `valid_until`: exclusive, None while it is open; `ended_at`: when it was ended before that.
    """

    __tablename__ = "volume_agreements"
    __table_args__ = (
        Index("volume_agreements_of_customer", "customer_id", "id"),
        {"info": {"entity": "volume_agreement"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str
    category: str | None = None
    product_id: str | None = None
    currency: str
    steps: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    valid_from: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    valid_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class AgreementUse(Base, table=True):
    """One line of a purchase that an agreement made cheaper. `customer_id`: who bought; `saved`: against the list.

    Nothing saved: the line was corrected, and is no use any more.
    """

    __tablename__ = "agreement_uses"
    __table_args__ = (Index("agreement_uses_in_order", "agreement_id", "occurred_at", "purchase_id", "line"),)

    purchase_id: str = Field(primary_key=True)
    line: int = Field(primary_key=True)
    agreement_id: str = Field(
        sa_column=Column(Text, ForeignKey("volume_agreements.id", ondelete="CASCADE"), nullable=False)
    )
    customer_id: str = Field(index=True)
    store_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    currency: str
    quantity: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    saved: Decimal = Field(sa_column=Column(Numeric, nullable=False))


class Quote(Base, table=True):
    """What a customer was told that a bill would come to. `lines`: as they were shown, numbers as text."""

    __tablename__ = "quotes"

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    currency: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    lines: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
