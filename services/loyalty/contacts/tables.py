"""Tables of what decides whether a customer may be contacted.

Consents and memberships are kept as the steps that were told, a set: in whatever order they come, and however often,
the rows are the same.
"""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.loyalty.base import Base


class Consent(Base, table=True):
    """A consent was granted, or withdrawn, `at` that moment; `told_at`: when that was told last."""

    __tablename__ = "consents"

    customer_id: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    granted: bool = Field(primary_key=True)
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class SegmentMember(Base, table=True):
    """A customer entered a segment, or left it, `at` that moment."""

    __tablename__ = "segment_members"

    segment_id: str = Field(primary_key=True)
    customer_id: str = Field(primary_key=True, index=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    entered: bool = Field(primary_key=True)


class ContactPolicy(Base, table=True):
    """At most so many (`most`) contacts of a customer through a channel in any span of so many days."""

    __tablename__ = "contact_policies"

    channel: str = Field(primary_key=True)
    most: int
    days: int
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
