"""The outbox: an event is stored in the transaction of the rows it speaks of, and published afterwards."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from shared.database import Connection
from shared.erased import Erased, gone
from shared.events import Event, Payload, schema_uri

_BY_DRIVER = "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ($1, $2, $3, $4, $5)"
_INSERT = text("""
    insert into outbox (id, aggregatetype, aggregateid, type, payload)
    values (:id, :topic, :key, :type, :payload)
""")


def make_event(
    payload: Payload,
    *,
    source: str,
    key: str,
    subject: str,
    time: datetime,
    recorded: datetime,
    store: str | None = None,
    traceparent: str | None = None,
) -> Event:
    """An event about `subject`, that happened at `time` to `key` (a customer, or `store:<id>`)."""
    return Event(
        id=str(uuid7()),
        source=source,
        type=payload.TYPE,
        time=time,
        recordedtime=recorded,
        subject=subject,
        partitionkey=key,
        dataschema=schema_uri(payload.TYPE),
        traceparent=traceparent,
        storeid=store,
        data=payload,
    )


def outbox_row(event: Event) -> dict[str, str]:
    """The columns of an event's outbox row."""
    return {
        "id": event.id,
        "topic": event.data.TOPIC.name,
        "key": event.partitionkey,
        "type": event.type,
        "payload": event.to_json().decode(),
    }


async def record(session: AsyncSession, events: Sequence[Event]) -> None:
    """Add events to the outbox of the running transaction; never commits.

    Call it after the aggregate's row is locked: `seq` is drawn here, and a customer's events keep the
    order of their commits only because the lock keeps the commits in the order of their draws.
    """
    if events:
        await session.execute(_INSERT, [outbox_row(event) for event in events])


async def record_by_driver(connection: Connection, events: Sequence[Event]) -> None:
    """The same as `record`, for who works with the driver's connection."""
    await connection.executemany(_BY_DRIVER, [tuple(outbox_row(event).values()) for event in events])


@dataclass(slots=True)
class Transaction:
    """What a command works in: the session of one transaction, and who does it when.

    `recorded`: the moment the command was taken (UTC). `actor`: the token's subject, or `clock` or `events`.
    Nothing is committed here; the caller does it before it answers.
    """

    session: AsyncSession
    source: str
    recorded: datetime
    actor: str
    traceparent: str | None = None
    erased: Erased | None = None

    async def admit(self, customer: str) -> None:
        """Keep the customer from being erased until this transaction ends; raises a 410 problem for who was erased.

        Every command that writes something of a customer begins with it.
        """
        if await self.refused([customer]):
            raise gone()

    async def refused(self, customers: Collection[str]) -> set[str]:
        """The same for many; answers those who were erased."""
        if self.erased is None:
            raise RuntimeError("this transaction is not told who is erased")
        return await self.erased.admit(self.session, customers)

    def event(self, payload: Payload, *, key: str, subject: str, time: datetime, store: str | None = None) -> Event:
        """An event told by this command; not recorded yet."""
        return make_event(
            payload,
            source=self.source,
            key=key,
            subject=subject,
            time=time,
            recorded=self.recorded,
            store=store,
            traceparent=self.traceparent,
        )

    async def record(
        self, payload: Payload, *, key: str, subject: str, time: datetime, store: str | None = None
    ) -> None:
        """Record one event in this transaction's outbox."""
        await record(self.session, [self.event(payload, key=key, subject=subject, time=time, store=store)])
