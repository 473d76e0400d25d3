"""Tables of parties."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Party(Base, table=True):
    """Somebody who has to do with customers, one of ours or of another house. The name stays in this service.

    `occurred_at`: since when, where it was told. `left_at`: None while they are here; `replaced_by`: the party that
    took their place.
    """

    __tablename__ = "parties"
    __table_args__ = (Index("parties_in_order", "created_at", "id"), {"info": {"entity": "party"}})

    id: str = Field(primary_key=True)
    kind: str
    name: str | None = None
    home_store_id: str | None = None
    occurred_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    left_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    replaced_by: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
