"""Tables of campaigns."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Column, DateTime, ForeignKeyConstraint, Index, Numeric, text
from sqlmodel import Field

from services.loyalty.base import Base


class Campaign(Base, table=True):
    """An offer sent to many; `personal` ones are made for the one customer, `mass` ones for all."""

    __tablename__ = "campaigns"
    __table_args__ = ({"info": {"entity": "campaign"}},)

    id: str = Field(primary_key=True)
    name: str
    kind: str
    offer_kind: str | None = None
    starts_on: date
    ends_on: date
    purpose: str
    segment_id: str | None = None
    control_share: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    simulated: bool = False
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Delivery(Base, table=True):
    """A campaign reached a customer, once; or would have, had the customer not been held back as its control group."""

    __tablename__ = "deliveries"
    __table_args__ = (Index("deliveries_of_customer", "customer_id"),)

    campaign_id: str = Field(primary_key=True, foreign_key="campaigns.id")
    customer_id: str = Field(primary_key=True)
    delivered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    channel: str
    held_back: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class CampaignResponse(Base, table=True):
    """A customer answered a delivery; a set, so that the same answer told twice is one.

    `purchase_id`: where it was redeemed; one purchase redeems a campaign once. `responded_at` is of the key: a second
    purchase at the same moment is kept a microsecond later.
    """

    __tablename__ = "responses"
    __table_args__ = (
        ForeignKeyConstraint(["campaign_id", "customer_id"], ["deliveries.campaign_id", "deliveries.customer_id"]),
        Index(
            "redeemed_once",
            "campaign_id",
            "customer_id",
            "purchase_id",
            unique=True,
            postgresql_where=text("purchase_id is not null"),
        ),
    )

    campaign_id: str = Field(primary_key=True)
    customer_id: str = Field(primary_key=True)
    responded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    kind: str = Field(primary_key=True)
    purchase_id: str | None = None
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
