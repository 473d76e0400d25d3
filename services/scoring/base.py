"""Scoring's lasting tables, in the schema `app`: what a rebuild does not make again."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.tables import add_plumbing


class Base(SQLModel, registry=registry(metadata=MetaData(schema="app"))):
    """What every lasting table of the scoring service derives from."""


def _moment(*, nullable: bool = True) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=nullable)


class Generation(Base, table=True):
    """A generation; exactly one is live."""

    __tablename__ = "generations"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    live: bool
    created_at: datetime = Field(sa_column=_moment(nullable=False))


class ReferenceSet(Base, table=True):
    """A reference as a close wrote it; never changed. `digest`: of the content without its revision."""

    __tablename__ = "reference_sets"

    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    revision: int = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=_moment(nullable=False))


class Close(Base, table=True):
    """A close: asked for, under way, done or failed. `customers`: how many were evaluated."""

    __tablename__ = "closes"

    id: str = Field(primary_key=True)
    as_of: datetime = Field(sa_column=_moment(nullable=False))
    state: str = "requested"
    revision: int | None = None
    customers: int = 0
    error: str | None = None
    requested_at: datetime = Field(sa_column=_moment(nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=_moment())
    finished_at: datetime | None = Field(default=None, sa_column=_moment())


add_plumbing(Base.metadata)
