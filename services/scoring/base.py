"""Scoring's lasting tables, in the schema `app`: what a rebuild does not make again."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, Integer, LargeBinary, MetaData, Text
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
    segments: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))


class Segment(Base, table=True):
    """A segment: a rule over cards. `revision`: drawn at each change of any segment, so that cards can name it."""

    __tablename__ = "segments"

    id: str = Field(primary_key=True)
    name: str
    owner: str
    rule: str = Field(sa_column=Column(Text, nullable=False))
    active: bool = True
    revision: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    created_at: datetime = Field(sa_column=_moment(nullable=False))
    changed_at: datetime = Field(sa_column=_moment(nullable=False))
    version: int = 1


class Membership(Base, table=True):
    """A customer was told to be in a segment, from `entered_at` until `left_at`; null while they are."""

    __tablename__ = "memberships"
    __table_args__ = (
        Index("memberships_open", "segment_id", "customer_id", unique=True, postgresql_where="left_at is null"),
        Index("memberships_of_customer", "customer_id"),
    )

    segment_id: str = Field(primary_key=True)
    customer_id: str = Field(primary_key=True)
    entered_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    left_at: datetime | None = Field(default=None, sa_column=_moment())


class Finding(Base, table=True):
    """What a close found by one of its studies; never changed. `digest`: of the content and the customers in it."""

    __tablename__ = "findings"

    name: str = Field(primary_key=True)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    revision: int = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    content: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=_moment(nullable=False))


class FindingCustomer(Base, table=True):
    """A customer behind a part of a finding: rows of their own, so that an erasure reaches them."""

    __tablename__ = "finding_customers"
    __table_args__ = (Index("finding_customers_by_customer", "customer_id"),)

    name: str = Field(primary_key=True)
    as_of: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    revision: int = Field(primary_key=True)
    part: str = Field(primary_key=True)
    customer_id: str = Field(primary_key=True)


class Assessment(Base, table=True):
    """Somebody's answers about how ready we are: of a dimension, or of one offer (`about`)."""

    __tablename__ = "assessments"
    __table_args__ = (Index("assessments_of_dimension", "dimension", "about", "assessed_at"),)

    id: str = Field(primary_key=True)
    dimension: str
    about: str | None = None
    answers: str = Field(sa_column=Column(Text, nullable=False))
    by: str
    note: str | None = None
    assessed_at: datetime = Field(sa_column=_moment(nullable=False))
    created_at: datetime = Field(sa_column=_moment(nullable=False))


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
    """A close: asked for, under way at `step`, done or failed. `customers`: how many were looked at in that step."""

    __tablename__ = "closes"

    id: str = Field(primary_key=True)
    as_of: datetime = Field(sa_column=_moment(nullable=False))
    state: str = "requested"
    step: str | None = None
    attempts: int = 0
    revision: int | None = None
    customers: int = 0
    error: str | None = None
    requested_at: datetime = Field(sa_column=_moment(nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=_moment())
    finished_at: datetime | None = Field(default=None, sa_column=_moment())


add_plumbing(Base.metadata)
