"""Tables of purchases, and of what became of them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Column, DateTime, Index, Numeric, text
from sqlmodel import Field

from services.loyalty.base import Base


class Purchase(Base, table=True):
    """A bill that was paid. `content`: a digest of all that was said, the id apart; corrections leave it as it is.

    `corrected_to`: the bill of whose it was, which `corrects` this one; no line is left of it here.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        Index(
            "receipts_once",
            "store_id",
            "receipt_number",
            "till",
            unique=True,
            postgresql_where=text("receipt_number is not null"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("purchases_in_order", "created_at", "id"),
        Index("purchases_of_store", "store_id", "created_at", "id"),
        Index("purchases_of_customer", "customer_id", "created_at", "id"),
        Index("purchases_of_card", "card_id", "created_at", "id", postgresql_where=text("card_id is not null")),
        {"info": {"entity": "purchase"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = None
    card_id: str | None = None
    store_id: str
    channel: str | None = None
    till: str | None = None
    receipt_number: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ordered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    currency: str
    campaign_id: str | None = None
    integration_id: str | None = None
    served_by: str | None = None
    simulated: bool = False
    corrects: str | None = None
    corrected_to: str | None = None
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})

    @property
    def key(self) -> str:
        """The key of its events: the customer, or the store for an anonymous sale."""
        return self.customer_id or f"store:{self.store_id}"


class PurchaseLine(Base, table=True):
    """One line of a bill, counted from 1; amounts are for the whole line, in the bill's currency.

    No foreign key: a line is only ever written by the statement or transaction that writes its
    purchase, so the check of each line could never fail.
    """

    __tablename__ = "purchase_lines"
    __table_args__ = {"info": {"part_of": ("purchase_id", "purchases")}}

    purchase_id: str = Field(primary_key=True)
    line: int = Field(primary_key=True)
    product_id: str
    category: str
    format: str | None = None
    quantity: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    list_amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    paid_amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    discount_kind: str | None = None
    tailored: bool = False
    tailorable: bool = False
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    tier: str | None = None
    level: int | None = None


class Return(Base, table=True):
    """Goods of one purchase came back. `exchanged_for`: the purchase that took their place."""

    __tablename__ = "returns"

    id: str = Field(primary_key=True)
    purchase_id: str = Field(foreign_key="purchases.id", index=True)
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reason: str
    exchanged_for: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class ReturnLine(Base, table=True):
    """What came back of one line: its share of the line's amounts, and what was refunded."""

    __tablename__ = "return_lines"

    return_id: str = Field(primary_key=True, foreign_key="returns.id")
    line: int = Field(primary_key=True)
    quantity: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    list_amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    paid_amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    cost_amount: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    refund_amount: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    whole: bool


class Correction(Base, table=True):
    """A bill was wrong; its lines as they were and became are in the purchase's history. `content`: as a purchase's.

    `corrected_to`: the bill of whose it was, where that was what was wrong.
    """

    __tablename__ = "corrections"

    id: str = Field(primary_key=True)
    purchase_id: str = Field(foreign_key="purchases.id", ondelete="CASCADE", index=True)
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reason: str
    corrected_to: str | None = None
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class LineDelivery(Base, table=True):
    """A line of a bill arrived, some of it or, once, in full."""

    __tablename__ = "line_deliveries"

    purchase_id: str = Field(primary_key=True, foreign_key="purchases.id", ondelete="CASCADE")
    line: int = Field(primary_key=True)
    delivered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    in_full: bool
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class UnavailableRequest(Base, table=True):
    """Somebody asked for what was not to be had. `lines`: how many lines of a bill it would have been."""

    __tablename__ = "unavailable_requests"
    __table_args__ = (
        Index("unavailable_in_order", "created_at", "id"),
        {"info": {"entity": "unavailable_request"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str = Field(index=True)
    category: str
    product_id: str | None = None
    lines: int = 1
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
