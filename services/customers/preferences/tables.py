"""Tables of preferences."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.customers.base import Base


class Preference(Base, table=True):
    """What a customer told us that they prefer. `due_at`: when it should be used by, if ever; `used`: how often."""

    __tablename__ = "preferences"
    __table_args__ = (
        Index("preferences_of_customer", "customer_id", "created_at", "id"),
        {"info": {"entity": "preference"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id")
    topic: str
    words: str | None = None
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    used: int = 0
    used_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
