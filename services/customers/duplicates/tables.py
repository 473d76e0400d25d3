"""Tables of what duplicates are found by, and of what people found out about them."""

from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index
from sqlmodel import Field

from services.customers.base import Base


class MatchKey(Base, table=True):
    """A key (`domain.Key`) of a customer, kept with the profile. No unique key holds the value, which is personal."""

    __tablename__ = "match_keys"
    __table_args__ = (Index("match_keys_shared", "kind", "value"),)

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    number: int = Field(primary_key=True)
    kind: str
    value: str


class Verdict(Base, table=True):
    """Somebody looked at two customers, the lesser id first. `same`: may be the same one still."""

    __tablename__ = "verdicts"

    customer_id: str = Field(primary_key=True, foreign_key="customers.id")
    other_id: str = Field(
        sa_column=Column(ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True, index=True)
    )
    same: bool
    by: str
    decided_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
