"""This service's own copy of gifts."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy.dialects.postgresql import insert

from services.loyalty.shared_back.tables import Gift
from shared.erased import Erased
from shared.events import Event
from shared.events.visits import GestureMade
from shared.handling import Handle
from shared.outbox import Transaction


def keeping_gifts(erased: Erased) -> Handle:
    """The handler of `gesture.made`: what a gift cost. One to nobody known, or to who is erased, is kept for nobody."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        known = [event for event in events if ":" not in event.partitionkey]
        gone = await erased.admit(tx.session, {event.partitionkey for event in known})
        rows = [_row(event) for event in known if event.partitionkey not in gone]
        if rows:
            await tx.session.execute(insert(Gift).values(rows).on_conflict_do_nothing())

    return handle


def _row(event: Event) -> dict[str, Any]:
    cost = cast("GestureMade", event.data).cost
    return {
        "id": event.subject,
        "customer_id": event.partitionkey,
        "occurred_at": event.time,
        "cost_amount": None if cost is None else cost.amount,
        "currency": None if cost is None else cost.currency,
    }
