"""Tables of the baggage counter."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, text
from sqlmodel import Field

from services.customers.base import Base

GONE = "state in ('returned', 'disposed') and blanked_at is null"


class Bag(Base, table=True):
    """A bag that we offered to look after, as it stands; `customer_id` is None where nobody knows whose it is.

    `occurred_at`: when it was offered. `day_ends_at`: the end of that day in the store. `until`: of the wait for an
    owner who was contacted, then of the retention. `claimant_…`: who says to have lost the token, as written down.
    `blanked_at`: when that and the description were taken away, the bag being gone.
    """

    __tablename__ = "bags"
    __table_args__ = (
        Index("bags_in_order", "created_at", "id"),
        Index("bags_of_store", "store_id", "state", "occurred_at"),
        Index("bags_at_the_counter", "day_ends_at", "id", postgresql_where=text("state = 'deposited'")),
        Index("bags_gone", "last_step_at", "id", postgresql_where=text(GONE)),
        {"info": {"entity": "bag"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str | None = Field(default=None, index=True)
    store_id: str
    token_digest: bytes | None = Field(default=None, unique=True)
    state: str
    description: str | None = None
    perishable: bool = False
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    day_ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    last_step_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    unclaimed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    address_found: bool | None = None
    tag: str | None = None
    claim: str | None = None
    claimant_name: str | None = None
    claimant_address: str | None = None
    claimant_description: str | None = None
    authenticated_by: str | None = None
    blanked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
