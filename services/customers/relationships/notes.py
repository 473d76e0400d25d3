"""What is kept and told of a relationship's start, change and end: its row, its history, and an event to record."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from services.customers.relationships.domain import Role, published
from services.customers.relationships.tables import Relationship
from shared.events import Event
from shared.events.customers import RelationshipChanged, RelationshipEnded, RelationshipStarted
from shared.history import Subject, note
from shared.outbox import Transaction

_TOLD = {"customer_id", "party_id", "party_kind", "role", "decision", "primary", "health", "occurred_at", "simulated"}
_END = {"ended_at", "replaced_by"}


async def started(tx: Transaction, row: Relationship) -> Event:
    """Note a new relationship, whose row is there."""
    await note(tx, _subject(row), "start", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    return _told(tx, row, RelationshipStarted)


async def changed(tx: Transaction, row: Relationship, before: Mapping[str, object], at: datetime) -> Event:
    """Note a change that the row holds already; `before`: the fields that differ, as they were."""
    row.changed_at, row.version = at, row.version + 1
    await note(tx, _subject(row), "change", before=before, after=row.model_dump(include=set(before)), at=at)
    return _told(tx, row, RelationshipChanged)


async def ended(tx: Transaction, row: Relationship, at: datetime, replaced_by: str | None) -> Event:
    """End it, and note that."""
    before = row.model_dump(include=_END)
    row.ended_at, row.replaced_by = at, replaced_by
    row.changed_at, row.version = at, row.version + 1
    await note(tx, _subject(row), "end", before=before, after=row.model_dump(include=_END), at=at)
    return tx.event(RelationshipEnded(replaced_by=replaced_by), key=row.customer_id, subject=row.id, time=at)


def _told(tx: Transaction, row: Relationship, kind: type[RelationshipStarted | RelationshipChanged]) -> Event:
    # Another customer is not named: what they demand to be forgotten must not stand in somebody else's facts.
    party = row.party_id if row.party_kind == "partner" else row.id
    payload = kind(role=published(cast("Role", row.role)), party_id=party, health=row.health)
    return tx.event(payload, key=row.customer_id, subject=row.id, time=row.changed_at)


def _subject(row: Relationship) -> Subject:
    return Subject("relationship", row.id, row.version)
