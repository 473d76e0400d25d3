"""Tables of erasures: nothing in them tells of whom they are."""

from datetime import datetime

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from services.customers.base import Base


class Erasure(Base, table=True):
    """Somebody demanded to be forgotten. `requested_by`: who of us took the demand."""

    __tablename__ = "erasures"

    id: str = Field(primary_key=True)
    requested_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    requested_by: str


class ErasurePart(Base, table=True):
    """One id of the person: the `erasure_id` under which services answer, and a keyed hash (`Erased.digest`)."""

    __tablename__ = "erasure_parts"

    id: str = Field(primary_key=True)
    erasure_id: str = Field(foreign_key="erasures.id", index=True)
    digest: bytes = Field(unique=True)


class ErasureAnswer(Base, table=True):
    """A service answered that it holds nothing any more under one id."""

    __tablename__ = "erasure_answers"

    part_id: str = Field(primary_key=True, foreign_key="erasure_parts.id")
    service: str = Field(primary_key=True)
    completed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
