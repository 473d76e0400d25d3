"""Storing visits, one or a batch, with what they tell."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.customers.stores.domain import end_of_day
from services.customers.stores.queries import zones
from services.customers.visits.domain import AT_MOST
from services.customers.visits.models import NewVisit
from services.customers.visits.tables import Visit
from services.customers.visits.telling import events
from shared.outbox import Transaction, record


def named(new: NewVisit) -> NewVisit:
    """The visit under an id, ours where the client chose none."""
    return new if new.id else new.model_copy(update={"id": str(uuid7())})


async def store(tx: Transaction, visits: Sequence[NewVisit]) -> set[str]:
    """Store named visits and record their events; answers the ids that were not there before."""
    rows = await _rows(tx, visits)
    if not rows:
        return set()
    statement = insert(Visit).on_conflict_do_nothing().returning(col(Visit.id))
    # Rows in the order of their ids: two batches that share some then wait for each other, never in a circle.
    found = await tx.session.execute(statement, sorted(rows, key=lambda row: row["id"]))
    fresh = set(found.scalars())
    stored = [Visit(**row) for row in rows if row["id"] in fresh]
    await record(tx.session, [event for visit in stored for event in events(tx, visit)])
    return fresh


async def _rows(tx: Transaction, visits: Sequence[NewVisit]) -> list[dict[str, Any]]:
    zone = await zones(tx.session, {visit.store_id for visit in visits})
    return [
        {
            **visit.model_dump(),
            "due_at": end_of_day(visit.started_at, zone[visit.store_id])
            if visit.store_id
            else visit.started_at + AT_MOST,
            "content": visit.content(),
            "created_at": tx.recorded,
        }
        for visit in visits
    ]
