"""The table of who was of which tier when."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, text
from sqlmodel import Field

from services.loyalty.base import Base


class TierSpan(Base, table=True):
    """A customer is of a tier, by what they spent in a currency, from `since` to before `until`, None for now.

    `code`: None since they lost their last one. `customer_id`: of the ids of one person the least. `review_at`: when
    the clock is to look again; None where nothing can come but by a purchase.
    """

    __tablename__ = "tier_spans"
    __table_args__ = (
        Index("tier_spans_due", "review_at", postgresql_where=text("until is null and review_at is not null")),
    )

    customer_id: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    code: str | None = None
    until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    review_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
