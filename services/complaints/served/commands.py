"""Keeping the copies: handlers of what other services tell. Told twice, or late, the rows are the same."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import text

from shared.erased import Erased
from shared.events import Event
from shared.events.purchases import PurchaseCorrected, PurchaseLineDelivered
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
_CORRECTED = text("""
    insert into purchases (id, customer_id, store_id, occurred_at, void, corrected_at)
    values (:id, :customer, :store, :at, :void, :corrected_at)
    on conflict (id) do update set void = excluded.void, corrected_at = excluded.corrected_at
    where purchases.corrected_at is null or purchases.corrected_at <= excluded.corrected_at
""")
_SERVICES = text("""
    insert into services_rendered (kind, subject, store_id, occurred_at)
    select * from unnest(:kinds ::text[], :ids ::text[], :stores ::text[], :times ::timestamptz[])
    on conflict do nothing
""")
_STORE = text("""
    insert into stores (id, time_zone, told_at) values (:id, :time_zone, :told_at)
    on conflict (id) do update set time_zone = excluded.time_zone, told_at = excluded.told_at
    where excluded.told_at >= stores.told_at
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


def keeping_corrections(erased: Erased) -> Handle:
    """The handler of `purchase.corrected`: which purchases were none, for the bill was another customer's.

    That one gets a purchase of their own. A correction may be the first that is heard of a purchase.
    """

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        known = await _known(tx, erased, events)
        for event in sorted(events, key=lambda event: event.time):
            told = cast("PurchaseCorrected", event.data)
            customer = event.partitionkey if event.partitionkey in known else None
            row = {"id": event.subject, "customer": customer, "store": event.storeid, "at": told.purchased_at}
            await tx.session.execute(_CORRECTED, row | {"void": not told.lines, "corrected_at": event.time})

    return keep


async def keep_services(tx: Transaction, events: Sequence[Event]) -> None:
    """Note what stores did beside sales and visits; what was done in no store counts for none."""
    told = [event for event in events if event.storeid]
    if told:
        more = {"kinds": [event.type for event in told], "ids": [_rendered(event) for event in told]}
        await tx.session.execute(_SERVICES, _columns(told) | more)


def _rendered(event: Event) -> str:
    """What was done: of a purchase's deliveries each line is one."""
    if isinstance(event.data, PurchaseLineDelivered):
        return f"{event.subject}:{event.data.line}"
    return event.subject


async def keep_store(tx: Transaction, events: Sequence[Event]) -> None:
    """Note the time zone of stores; an older event changes nothing."""
    for event in events:
        told = cast("StoreOpened | StoreClosed", event.data)
        row = {"id": event.subject, "time_zone": told.time_zone, "told_at": event.time}
        await tx.session.execute(_STORE, row)


async def _rows(tx: Transaction, erased: Erased, events: Sequence[Event]) -> dict[str, list[Any]]:
    known = await _known(tx, erased, events)
    return _columns(events) | {"customers": [key if (key := event.partitionkey) in known else None for event in events]}


async def _known(tx: Transaction, erased: Erased, events: Sequence[Event]) -> set[str]:
    """The customers among the events' keys who are not erased."""
    known = {event.partitionkey for event in events if ":" not in event.partitionkey}
    return known - await erased.admit(tx.session, known)


def _columns(events: Sequence[Event]) -> dict[str, list[Any]]:
    return {
        "ids": [event.subject for event in events],
        "stores": [event.storeid for event in events],
        "times": [event.time for event in events],
    }
