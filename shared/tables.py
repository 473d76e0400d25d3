"""Tables that every publishing service has in its own database, beside its own."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


ischema_names["xid8"] = Xid8  # so that a database's own columns of this type are recognized


def add_plumbing(metadata: MetaData) -> None:
    """Declare `outbox` and `idempotency_keys` in a service's metadata.

    `outbox` has the columns of Debezium's outbox event router, so that ops may swap the relay for it;
    `seq` gives the order, `xid` tells which rows can no longer be preceded by one still uncommitted.
    """
    Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(always=True, cache=1), primary_key=True),
        Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
        Column("id", Text, nullable=False),
        Column("aggregatetype", Text, nullable=False, comment="the topic"),
        Column("aggregateid", Text, nullable=False, comment="the record's key"),
        Column("type", Text, nullable=False),
        Column("payload", Text, nullable=False, comment="a CloudEvent, structured JSON"),
    )
    Table(
        "idempotency_keys",
        metadata,
        Column("client", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("headers", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("names", ARRAY(Text), nullable=False, server_default="{}", comment="ids that the answer names"),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        Index("idempotency_keys_created_at", "created_at"),
        Index("idempotency_keys_names", "names", postgresql_using="gin"),
    )


def add_history(metadata: MetaData) -> None:
    """Declare `history` in a service's metadata: who changed an entity when, and what of it (`shared.history`).

    `seq` is drawn while the entity's row is locked, so an entity's changes have the order of its versions.
    """
    Table(
        "history",
        metadata,
        Column("seq", BigInteger, Identity(always=True, cache=1), primary_key=True),
        Column("entity", Text, nullable=False),
        Column("entity_id", Text, nullable=False),
        Column("part", Text),
        Column("version", Integer, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("by", Text, nullable=False),
        Column("what", Text, nullable=False),
        Column("before", Text),
        Column("after", Text, nullable=False),
        Index("history_of_entity", "entity", "entity_id", "seq"),
    )


def add_offsets(metadata: MetaData) -> None:
    """Declare `offsets` in a service's metadata: how far its consumer is (`shared.offsets`, `shared.lag`)."""
    Table(
        "offsets",
        metadata,
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True),
        Column("next_offset", BigInteger, nullable=False),
        Column("end_offset", BigInteger, nullable=False),
        Column("reached", DateTime(timezone=True), comment="the time of the last record taken in"),
        Column("observed_at", DateTime(timezone=True)),
    )


def add_erased(metadata: MetaData) -> None:
    """Declare `erased` in a service's metadata: who demanded to be forgotten (`shared.erased`)."""
    Table(
        "erased",
        metadata,
        Column("digest", LargeBinary, primary_key=True),
        Column("erased_at", DateTime(timezone=True), nullable=False),
    )


def add_aliases(metadata: MetaData) -> None:
    """Declare `aliases` in a service's metadata: who was merged into whom (`shared.aliases`).

    `merged_into` is null once that was undone; `told_at` is the time of what told so last.
    """
    Table(
        "aliases",
        metadata,
        Column("id", Text, primary_key=True),
        Column("merged_into", Text, index=True),
        Column("told_at", DateTime(timezone=True), nullable=False),
        info={"customer": "id"},
    )


NOTIFY_OUTBOX = (
    """create function notify_outbox() returns trigger language plpgsql as
    $$ begin perform pg_notify('outbox', ''); return null; end $$""",
    "create trigger outbox_notify after insert on outbox for each statement execute function notify_outbox()",
)
"""Wakes the relay: PostgreSQL folds the notices of one transaction into one, sent at its commit."""
