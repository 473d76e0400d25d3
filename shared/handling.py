"""What a service does with other services' events: a table of handlers, each given its events of a batch."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from shared import clock
from shared.events import Event, Payload
from shared.outbox import Transaction
from shared.received import Handler, Received

Handle = Callable[[Transaction, Sequence[Event]], Awaitable[None]]
"""Works off events of one type, in the order of their topic; must leave the same rows when it is called again."""

ACTOR = "events"


def in_turn(*handles: Handle) -> Handle:
    """One handler of several: each is given the events, in this order, in the one transaction."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        for each in handles:
            await each(tx, events)

    return handle


def handling(source: str, handlers: Mapping[type[Payload], Handle]) -> Handler:
    """A consumer's handler: each type's events to the function in the table, all in the batch's one transaction.

    Types that are not in the table are passed by. `source`: of the events that the handlers record.
    """

    async def handle(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        events: dict[type[Payload], list[Event]] = defaultdict(list)
        for received in batch:
            events[type(received.event.data)].append(received.event)
        async with _transaction(connection, source) as tx:
            for kind, function in handlers.items():
                if kind in events:
                    await function(tx, events[kind])

    return handle


@asynccontextmanager
async def _transaction(connection: AsyncConnection, source: str) -> AsyncIterator[Transaction]:
    options: dict[str, Any] = {"expire_on_commit": False, "join_transaction_mode": "rollback_only"}
    async with AsyncSession(connection, **options) as session:
        yield Transaction(session, source, clock.now(), ACTOR)
        await session.flush()
