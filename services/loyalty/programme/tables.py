"""The table of the programme's versions."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, DateTime, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.loyalty.base import Base


class ProgrammeVersion(Base, table=True):
    """The rules of a currency's points from `valid_from` on; none is ever changed."""

    __tablename__ = "programmes"
    __table_args__ = (UniqueConstraint("currency", "valid_from"),)

    id: str = Field(primary_key=True)
    currency: str
    valid_from: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    points_per_unit: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    point_value: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    pending_days: int
    expiry_days: int | None = None
    referral_points: int
    tiers: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    qualification_days: int
    grace_days: int
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
