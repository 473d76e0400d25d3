"""Tables of relationships."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Relationship(Base, table=True):
    """A party has a role with a customer. `party_kind`: whether it is a partner or another customer.

    `decision`: the decision process that the role is about. `health`: 0–1, as its keeper judges it, None where
    nobody did. `changed_at`: the last thing that happened to it. `replaced_by`: the relationship that took its place.
    """

    __tablename__ = "relationships"
    __table_args__ = (
        Index("relationships_in_order", "created_at", "id"),
        Index("relationships_of_customer", "customer_id", "created_at", "id"),
        Index("relationships_of_party", "party_id", "created_at", "id"),
        {"info": {"entity": "relationship"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    party_id: str
    party_kind: str
    role: str
    decision: str | None = None
    primary: bool = False
    health: float | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    replaced_by: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
