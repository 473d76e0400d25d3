"""Forgetting who demanded it."""

from collections.abc import Sequence

from shared.erased import Erased
from shared.events import Event
from shared.handling import Handle
from shared.outbox import Transaction


def forgetting(erased: Erased) -> Handle:
    """The handler of `customer.erased`."""

    async def forget(tx: Transaction, events: Sequence[Event]) -> None:
        await erased.admit(tx.session, [event.partitionkey for event in events])

    return forget
