"""Tables of the points ledger."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Numeric, Text, text
from sqlmodel import Field

from services.loyalty.base import Base

_TO_EXPIRE = "remaining > 0 and matured_at is not null and expired_at is null"


class PointAccount(Base, table=True):
    """The account of a customer: whoever moves points of theirs has its row locked."""

    __tablename__ = "point_accounts"

    customer_id: str = Field(primary_key=True)


class Lot(Base, table=True):
    """Points that were earned together (`domain.Lot`). `card_id`: the card that was shown, or their oldest.

    `expired_at`: since when what was left of it is lost by age; it gets no points any more.

    Of a purchase's lot also, for what comes back: `rate`: points a unit; `gross`: what the bill in force says that was
    paid; `returned`: what of it came back; `corrected_at`, `corrected_by`: time and event of the correction in force.
    """

    __tablename__ = "lots"
    __table_args__ = (
        CheckConstraint("remaining >= 0", name="lots_remain"),
        Index("lots_to_mature", "available_at", "id", postgresql_where=text("matured_at is null")),
        Index("lots_to_expire", "expires_at", "id", postgresql_where=text(_TO_EXPIRE)),
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    card_id: str | None = None
    currency: str
    earned_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    available_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    matured_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    expired_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    points: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    remaining: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    rate: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    gross: Decimal | None = Field(default=None, sa_column=Column(Numeric))
    returned: Decimal = Field(default=Decimal(0), sa_column=Column(Numeric, nullable=False))
    corrected_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    corrected_by: str | None = None


class LotReturn(Base, table=True):
    """A return that was taken off the purchase of a lot: told again, it is not taken off again."""

    __tablename__ = "lot_returns"

    lot_id: str = Field(sa_column=Column(Text, ForeignKey("lots.id", ondelete="CASCADE"), primary_key=True))
    id: str = Field(primary_key=True)


class Movement(Base, table=True):
    """One step of the ledger; none is ever changed. `by`: who told it, `events` or `clock` for what came of itself.

    `reason` is a code; `reason_text` are words, which stay in this service.
    """

    __tablename__ = "movements"
    __table_args__ = (Index("movements_of_customer", "customer_id", "occurred_at", "id"),)

    id: str = Field(primary_key=True)
    customer_id: str
    card_id: str | None = None
    store_id: str | None = None
    kind: str
    currency: str
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reason: str | None = None
    reason_text: str | None = None
    about_id: str | None = None
    by: str
    content: bytes = b""
    version: int = 1


class MovementEntry(Base, table=True):
    """Points that one account gains by a movement, below 0 where it loses them (`domain.Entry`).

    A trigger refuses to commit a movement whose entries don't sum to 0.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("points <> 0", name="entries_move"),
        CheckConstraint(
            "(customer_id is not null) = (account in ('pending', 'available', 'owed'))", name="entries_of_somebody"
        ),
    )

    movement_id: str = Field(
        sa_column=Column(Text, ForeignKey("movements.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    number: int = Field(primary_key=True)
    account: str
    customer_id: str | None = Field(default=None, index=True)
    lot_id: str | None = None
    points: int = Field(sa_column=Column(BigInteger, nullable=False))
