"""What a service does when somebody demanded to be forgotten: it forgets them too, and answers once an erasure."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted, Service
from shared.handling import Handle
from shared.outbox import Transaction

Forget = Callable[[AsyncSession, Collection[str]], Awaitable[None]]
"""Takes away what the service's own tables hold of these ids: rows first, then what was noted of them."""


def answering(service: Service, erased: Erased, forget: Forget) -> Handle:
    """The handler of `customer.erased`. It is the first of a service's handlers: it must not hold a row yet."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        customers = [event.partitionkey for event in events]
        await erased.alone(tx.session)
        await erased.remember(tx.session, customers, tx.recorded)
        await forget(tx.session, customers)
        await erased.unsay(tx.session, customers)
        for event in events:
            if await erased.first(tx.session, cast("CustomerErased", event.data).erasure_id, tx.recorded):
                await answer(tx, service, cast("CustomerErased", event.data).erasure_id)

    return handle


async def answer(tx: Transaction, service: Service, erasure: str) -> None:
    """Tell that this service holds nothing of the person any more."""
    done = ErasureCompleted(service=service)
    await tx.record(done, key=f"erasure:{erasure}", subject=erasure, time=tx.recorded)
