"""Tables of referrals."""

from datetime import datetime

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Index, Integer, Text, text
from sqlmodel import Field

from services.loyalty.base import Base


class Referral(Base, table=True):
    """A customer brought a friend. Either is null once they are erased.

    `purchase_id`: of the friend's that qualified it, which is not told to who brought them. `reward_points` in the
    programme of `currency`, due at `reward_due_at`; null where nothing is to be given. `rule`: why it came to nothing.
    """

    __tablename__ = "referrals"
    __table_args__ = (
        Index("referrals_in_order", "created_at", "id"),
        Index("referrals_due", "reward_due_at", "id", postgresql_where=text("state = 'qualified'")),
        {"info": {"entity": "referral", "customers": ("customer_id", "friend_id")}},
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    friend_id: str | None = Field(default=None, index=True)
    store_id: str | None = None
    channel: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    state: str = "made"
    purchase_id: str | None = Field(default=None, sa_column=Column(Text, info={"exported": False}))
    currency: str | None = None
    reward_points: int | None = None
    reward_due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    rule: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class ReferralPurchase(Base, table=True):
    """What the friend bought since, also where no till of ours told it: the first that they keep qualifies.

    It is the friend's alone. `goods`: the numbers of the lines with goods; `back`: of those that came back whole.
    """

    __tablename__ = "referral_purchases"
    __table_args__ = {"info": {"customer": "friend_id"}}

    referral_id: str = Field(sa_column=Column(Text, ForeignKey("referrals.id", ondelete="CASCADE"), primary_key=True))
    purchase_id: str = Field(primary_key=True, index=True)
    friend_id: str = Field(index=True)
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    currency: str
    goods: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    back: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
