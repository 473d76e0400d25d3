"""Scoring's lasting tables, in the schema `app`: what a rebuild does not make again."""

from datetime import datetime

from sqlalchemy import Column, DateTime, Index, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.tables import add_plumbing


class Base(SQLModel, registry=registry(metadata=MetaData(schema="app"))):
    """What every lasting table of the scoring service derives from."""


def _moment(*, nullable: bool = True) -> Column[datetime]:
    return Column(DateTime(timezone=True), nullable=nullable)


class Generation(Base, table=True):
    """A generation: `requested`, `filling`, `evaluating`, `live`, `retired`, `failed`, `dropping`, `dropped`.

    Exactly one is live: its row is the pointer.
    """

    __tablename__ = "generations"
    __table_args__ = (Index("generations_live", "state", unique=True, postgresql_where="state = 'live'"),)

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    state: str
    error: str | None = None
    created_at: datetime = Field(sa_column=_moment(nullable=False))
    filled_at: datetime | None = Field(default=None, sa_column=_moment())
    live_at: datetime | None = Field(default=None, sa_column=_moment())
    retired_at: datetime | None = Field(default=None, sa_column=_moment())


class Published(Base, table=True):
    """What other systems were last told of a customer."""

    __tablename__ = "published"

    customer_id: str = Field(primary_key=True)
    index_value: float | None = None
    phase: str
    bond_level: int | None = None
    at_risk: bool


class Erasure(Base, table=True):
    """An id that must never come back, known by a keyed hash alone."""

    __tablename__ = "erasures"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    erased_at: datetime = Field(sa_column=_moment(nullable=False))


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
