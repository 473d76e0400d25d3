"""Tables of employees and their trainings."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index
from sqlmodel import Field

from services.complaints.base import Base


class Employee(Base, table=True):
    """Somebody who works for us, under the id that other systems give them. `store_id`: none for the whole chain."""

    __tablename__ = "staff"
    __table_args__ = ({"info": {"entity": "employee"}},)

    id: str = Field(primary_key=True)
    role: str
    store_id: str | None = Field(default=None, index=True)
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class Training(Base, table=True):
    """A training that an employee completed, at `occurred_at`; it holds until `expires_at`, or for good.

    `staff_id`: not a key of `staff`, for schools report of employees whom nobody has put there yet.
    """

    __tablename__ = "trainings"
    __table_args__ = (Index("trainings_in_order", "staff_id", "occurred_at", "id"),)

    id: str = Field(primary_key=True)
    staff_id: str
    level: int
    course: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
