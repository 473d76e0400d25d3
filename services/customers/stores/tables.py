"""Tables of stores."""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Store(Base, table=True):
    """A store as the reference topic told of it last; `told_at`: that event's time."""

    __tablename__ = "stores"

    id: str = Field(primary_key=True)
    time_zone: str
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
