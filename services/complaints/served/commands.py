"""Keeping the copies: handlers of what other services tell. Told twice, or late, the rows are the same."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.complaints.served.tables import Alias, Store
from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerMerged, CustomerUnmerged
from shared.events.reference import StoreClosed, StoreOpened
from shared.handling import Handle
from shared.outbox import Transaction

_KEEP = """
    insert into {table} (id, customer_id, store_id, occurred_at)
    select * from unnest(:ids ::text[], :customers ::text[], :stores ::text[], :times ::timestamptz[])
    on conflict do nothing
"""
_PURCHASES = text(_KEEP.replace("{table}", "purchases"))
_VISITS = text(_KEEP.replace("{table}", "visits"))
_SERVICES = text("""
    insert into services_rendered (kind, subject, store_id, occurred_at)
    select * from unnest(:kinds ::text[], :ids ::text[], :stores ::text[], :times ::timestamptz[])
    on conflict do nothing
""")


def keeping_purchases(erased: Erased) -> Handle:
    """The handler of `purchase.completed`; a sale to who is erased counts for its store alone."""

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        await tx.session.execute(_PURCHASES, await _rows(tx, erased, events))

    return keep


def keeping_visits(erased: Erased) -> Handle:
    """The handler of `visit.started`, likewise."""

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        await tx.session.execute(_VISITS, await _rows(tx, erased, events))

    return keep


async def keep_services(tx: Transaction, events: Sequence[Event]) -> None:
    """Note what stores did beside sales and visits; what was done in no store counts for none."""
    told = [event for event in events if event.storeid]
    if told:
        kinds, columns = [event.type for event in told], _columns(told)
        await tx.session.execute(_SERVICES, columns | {"kinds": kinds})


async def keep_alias(tx: Transaction, events: Sequence[Event]) -> None:
    """Note who was merged into whom, and who is so no more; an older event changes nothing."""
    for event in events:
        told = cast("CustomerMerged | CustomerUnmerged", event.data)
        into = told.into if isinstance(told, CustomerMerged) else None
        await _newest(tx, Alias, {"id": event.subject, "merged_into": into, "told_at": told.at})


async def keep_store(tx: Transaction, events: Sequence[Event]) -> None:
    """Note the time zone of stores; an older event changes nothing."""
    for event in events:
        told = cast("StoreOpened | StoreClosed", event.data)
        await _newest(tx, Store, {"id": event.subject, "time_zone": told.time_zone, "told_at": event.time})


async def _newest(tx: Transaction, table: type[Alias] | type[Store], row: dict[str, Any]) -> None:
    statement = insert(table).values(row)
    newer = statement.on_conflict_do_update(
        index_elements=[col(table.id)],
        set_={name: statement.excluded[name] for name in row if name != "id"},
        where=statement.excluded.told_at >= col(table.told_at),
    )
    await tx.session.execute(newer)


async def _rows(tx: Transaction, erased: Erased, events: Sequence[Event]) -> dict[str, list[Any]]:
    known = {event.partitionkey for event in events if ":" not in event.partitionkey}
    known -= await erased.admit(tx.session, known)
    return _columns(events) | {"customers": [key if (key := event.partitionkey) in known else None for event in events]}


def _columns(events: Sequence[Event]) -> dict[str, list[Any]]:
    return {
        "ids": [event.subject for event in events],
        "stores": [event.storeid for event in events],
        "times": [event.time for event in events],
    }
