"""The relay: publishes a service's outbox to Kafka, in order, at least once.

One relay a database is active (a session's advisory lock); a second stands by. Rows are taken in the order
of `seq`, and only those whose transaction no uncommitted one can precede any more:
`xid < pg_snapshot_xmin(…)`. Reading `seq > last` would lose a row that commits late; ordering by xid would
turn a customer's commands round.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge

from shared.database import Connection, is_unreachable
from shared.kafka import CONTENT_TYPE, SEND_DEADLINE_S, leave, make_producer
from shared.pause import pause
from shared.settings import WorkerSettings, load
from shared.web.server import serve_worker

log = logging.getLogger(__name__)
PUBLISHED = Counter("outbox_published", "events published")
PENDING = Gauge("outbox_pending", "events that wait in the outbox (counted up to 10,000)")

LOCK = "select pg_try_advisory_lock(hashtext('relay'))"
READY = """
    select seq, aggregatetype, aggregateid, payload from outbox
    where xid < pg_snapshot_xmin(pg_current_snapshot()) order by seq limit $1
"""
COUNT = "select count(*) from (select from outbox limit 10000) as counted"
SENT = "delete from outbox where seq = any($1::bigint[])"
FORGET = "delete from idempotency_keys where created_at < now() - interval '24 hours'"
WINDOW = 1000
IDLE_S, WAITING_S, STANDBY_S, BACK_OFF_S = 1.0, 0.01, 0.5, 1.0
HOUSEKEEPING_S = 5.0
STUCK_S = 15.0
FAULTS = (TimeoutError, KafkaError)


class Relay:
    """Publishes one database's outbox; `run` until told to stop. `window`: rows sent at once."""

    def __init__(
        self, database_url: str, bootstrap: str, client: str, *, window: int = WINDOW, search_path: str = "public"
    ) -> None:
        self.database_url, self.bootstrap, self.client = database_url, bootstrap, client
        self.window, self.search_path = window, search_path
        self.fault: str | None = "starting"
        self._woken = asyncio.Event()
        self._beat = 0.0
        self._housekept = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until `stop` is set; faults of the broker or the database are waited out."""
        while not stop.is_set():
            try:
                async with self._database() as connection:
                    await self._stand_by(connection, stop)
                    async with self._producer() as producer:
                        await self._lead(connection, producer, stop)
            except Exception as error:
                if not (isinstance(error, FAULTS) or is_unreachable(error)):
                    raise
                self.fault = type(error).__name__
                log.warning("relay waits: %s", self.fault)
                await asyncio.sleep(BACK_OFF_S)

    async def check(self) -> str | None:
        """For readiness: what keeps the relay from its work, or None."""
        idle = asyncio.get_running_loop().time() - self._beat
        return self.fault or (f"no progress for {idle:.0f} s" if idle > STUCK_S else None)

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Connection]:
        seen = {"application_name": self.client, "search_path": self.search_path}
        connection = await asyncpg.connect(self.database_url, timeout=5, server_settings=seen)
        try:
            await connection.add_listener("outbox", lambda *_: self._woken.set())
            yield connection
        finally:
            await connection.close(timeout=2)

    @asynccontextmanager
    async def _producer(self) -> AsyncIterator[AIOKafkaProducer]:
        producer = make_producer(self.bootstrap, self.client)
        try:
            await asyncio.wait_for(producer.start(), SEND_DEADLINE_S)
            yield producer
        finally:
            await leave(producer)  # stop() waits for what was not acknowledged, for as long as the broker is away

    async def _stand_by(self, connection: Connection, stop: asyncio.Event) -> None:
        while not stop.is_set() and not await connection.fetchval(LOCK):
            self._alive()
            await asyncio.sleep(STANDBY_S)

    async def _lead(
        self,
        connection: Connection,
        producer: AIOKafkaProducer,
        stop: asyncio.Event,
    ) -> None:
        while not stop.is_set():
            self._woken.clear()
            sent = await self._publish_window(connection, producer)
            self._alive()
            await self._keep_house(connection)
            if not sent:
                await self._pause(connection)

    async def _publish_window(self, connection: Connection, producer: AIOKafkaProducer) -> int:
        rows = await connection.fetch(READY, self.window)
        if rows:
            await asyncio.wait_for(_send(producer, rows), SEND_DEADLINE_S)
            await connection.execute(SENT, [row["seq"] for row in rows])
            PUBLISHED.inc(len(rows))
        return len(rows)

    async def _pause(self, connection: Connection) -> None:
        # Rows that a running transaction still holds back get no further notice when it ends.
        held_back = await connection.fetchval("select exists (select from outbox)")
        await pause(self._woken, WAITING_S if held_back else IDLE_S)

    async def _keep_house(self, connection: Connection) -> None:
        if self._beat - self._housekept > HOUSEKEEPING_S:
            self._housekept = self._beat
            PENDING.set(await connection.fetchval(COUNT) or 0)
            await connection.execute(FORGET)

    def _alive(self) -> None:
        self.fault = None
        self._beat = asyncio.get_running_loop().time()


async def _send(producer: AIOKafkaProducer, rows: "list[asyncpg.Record]") -> None:
    acknowledgements = [
        await producer.send(
            row["aggregatetype"],
            row["payload"].encode(),
            key=row["aggregateid"].encode(),
            headers=[CONTENT_TYPE],
        )
        for row in rows
    ]
    await asyncio.gather(*acknowledgements)


async def serve(service: str) -> None:
    """Publish a service's outbox until told to end."""
    settings = load(WorkerSettings)
    worker = Relay(settings.database_url, settings.kafka_bootstrap, f"{service}-relay")
    await serve_worker(worker.run, settings, {"relay": worker.check})
