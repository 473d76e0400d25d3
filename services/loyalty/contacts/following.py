"""This service's own copies of what decides whether a customer may be contacted."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import TextClause, text

from shared.erased import Erased
from shared.events import Event
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from shared.events.scores import SegmentEntered, SegmentLeft
from shared.handling import Handle
from shared.outbox import Transaction

_CONSENT = text("""
    insert into consents (customer_id, purpose, channel, at, granted, told_at)
    values (:customer_id, :purpose, :channel, :at, :granted, :told_at)
    on conflict (customer_id, purpose, channel, at, granted)
    do update set told_at = greatest(consents.told_at, excluded.told_at)
""")
_CROSSING = text("""
    insert into segment_members (segment_id, customer_id, at, entered)
    values (:segment_id, :customer_id, :at, :entered) on conflict do nothing
""")


def keeping_consents(erased: Erased) -> Handle:
    """The handler of `consent.granted` and `.withdrawn`."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        await _keep(tx, _CONSENT, [_consent(event) for event in await _admitted(tx, erased, events)])

    return handle


def keeping_segments(erased: Erased) -> Handle:
    """The handler of `segment.entered` and `.left`."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        await _keep(tx, _CROSSING, [_crossing(event) for event in await _admitted(tx, erased, events)])

    return handle


async def _admitted(tx: Transaction, erased: Erased, events: Sequence[Event]) -> list[Event]:
    gone = await erased.admit(tx.session, {event.partitionkey for event in events})
    return [event for event in events if event.partitionkey not in gone]


async def _keep(tx: Transaction, statement: TextClause, rows: list[dict[str, Any]]) -> None:
    if rows:
        await tx.session.execute(statement, rows)


def _consent(event: Event) -> dict[str, Any]:
    told = cast("ConsentGranted | ConsentWithdrawn", event.data)
    return {
        "customer_id": event.partitionkey,
        "purpose": told.purpose,
        "channel": told.channel,
        "at": event.time,
        "granted": isinstance(told, ConsentGranted),
        "told_at": event.recordedtime,
    }


def _crossing(event: Event) -> dict[str, Any]:
    told = cast("SegmentEntered | SegmentLeft", event.data)
    return {
        "segment_id": told.segment_id,
        "customer_id": event.partitionkey,
        "at": event.time,
        "entered": isinstance(told, SegmentEntered),
    }
