"""Tables of requirements, and of the checks of what we delivered against them."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, text
from sqlmodel import Field

from services.customers.base import Base


class Requirement(Base, table=True):
    """What a customer requires of us, in their words. `measure`: what it is measured by.

    `awaited`: nobody has checked it, and the clock is to look when it is due.
    """

    __tablename__ = "requirements"
    __table_args__ = (
        Index("requirements_awaited", "due_at", "id", postgresql_where=text("awaited")),
        {"info": {"entity": "requirement"}},
    )

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    what: str
    measure: str | None = None
    due_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    awaited: bool = False
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    withdrawn_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1


class RequirementCheck(Base, table=True):
    """What we delivered (`about_kind`, `about_id`: a purchase, a visit) was held against a requirement."""

    __tablename__ = "requirement_checks"

    id: str = Field(primary_key=True)
    customer_id: str = Field(foreign_key="customers.id", index=True)
    requirement_id: str = Field(foreign_key="requirements.id", index=True)
    conforms: bool
    about_kind: str | None = None
    about_id: str | None = None
    note: str | None = None
    occurred_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    simulated: bool = False
    content: bytes
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    version: int = 1
