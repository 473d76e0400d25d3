"""Tables of integrations: each as it stands, and what went through it."""

from datetime import datetime

from sqlalchemy import Column, DateTime, ForeignKey, Index, Text
from sqlmodel import Field

from services.customers.base import Base


class Integration(Base, table=True):
    """Our processes and a customer's, joined or offered to be. `reason`: why it ended, or was declined."""

    __tablename__ = "integrations"
    __table_args__ = (
        Index("integrations_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "integration"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    kind: str
    state: str = "offered"
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reviews_a_year: int = 0
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    reason: str | None = None
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class IntegrationUse(Base, table=True):
    """Something went through an integration. `about`: the purchase or complaint that it was, where it is known."""

    __tablename__ = "integration_uses"
    __table_args__ = (
        Index("integration_uses_in_order", "integration_id", "created_at", "id"),
        {"info": {"entity": "integration_use"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    integration_id: str = Field(
        sa_column=Column(Text, ForeignKey("integrations.id", ondelete="CASCADE"), nullable=False)
    )
    kind: str
    about: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
