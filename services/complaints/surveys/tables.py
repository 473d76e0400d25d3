"""Tables of surveys, and of the invitations to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.complaints.base import Base


class Survey(Base, table=True):
    """A customer answered. `factors`: `{factor, expectation, delivery}` each; `about_…`: what they were asked about."""

    __tablename__ = "surveys"
    __table_args__ = (
        Index("surveys_in_order", "created_at", "id"),
        Index("surveys_about", "about_kind", "about_id"),
        {"info": {"entity": "survey"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = Field(default=None, index=True)
    invitation_id: str | None = None
    about_kind: str | None = None
    about_id: str | None = None
    factors: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    nps: int | None = None
    csat: int | None = None
    effort: int | None = None
    prefers_us: bool | None = None
    competitor_id: str | None = None
    reason_for_leaving: str | None = None
    comment: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class SurveyInvitation(Base, table=True):
    """A customer was asked to answer a survey. `survey_id`: their answer, null until there is one."""

    __tablename__ = "survey_invitations"
    __table_args__ = ({"info": {"entity": "survey_invitation"}},)

    id: str = Field(primary_key=True)
    customer_id: str = Field(index=True)
    store_id: str | None = None
    about_kind: str | None = None
    about_id: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    survey_id: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
