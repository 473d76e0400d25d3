"""Taking events in: each becomes one fact, once, and its customer is marked for evaluation.

Inserting facts is idempotent and commutative: duplicates and order of arrival cannot matter. Duplicates are
rare, so a batch is first copied straight into the table; only when one violates the key does that batch go
the filtered way, through a temporary table.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from asyncpg import UniqueViolationError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.facts.erasures import Erasures
from services.scoring.facts.families import kin_of
from services.scoring.facts.projection import PROJECTIONS
from services.scoring.generations import pointer
from shared.database import driver
from shared.events import Event
from shared.events.topics import REFERENCE
from shared.offsets import FencedError
from shared.received import Received

_COLUMNS = ("source", "id", "time", "recorded", "type", "subject", "store_id", "data")
_KEYS = {"facts": "customer_id", "store_facts": "key"}

Row = tuple[Any, ...]

_ENTITY = """
    insert into entities (key, source, id, time, recorded, type, subject, store_id, data)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    on conflict (key) do update set source = excluded.source, id = excluded.id, time = excluded.time,
        recorded = excluded.recorded, type = excluded.type, subject = excluded.subject,
        store_id = excluded.store_id, data = excluded.data
    where (excluded.time, excluded.source, excluded.id) > (entities.time, entities.source, entities.id)
"""


class Intake:
    """Takes batches in for one generation, as long as that is in one of the states `serving`."""

    def __init__(self, generation: int, erasures: Erasures, serving: Collection[str] = ("live",)) -> None:
        self.generation, self.erasures, self.serving = generation, erasures, serving

    async def __call__(self, connection: AsyncConnection, batch: Sequence[Received]) -> None:
        """Store a batch of events as facts, in the transaction given; again changes nothing.

        Raises `FencedError` where the generation is no longer for us to fill.
        """
        raw = await driver(connection)
        state = await pointer.held(raw, self.generation)
        if state not in self.serving:
            raise FencedError
        events = [received.event for received in batch]
        events = await self.erasures.admit(raw, events, filling=state == "filling")
        await _store(connection, events)


async def _store(connection: AsyncConnection, events: Sequence[Event]) -> None:
    reference = [event for event in events if event.data.TOPIC is REFERENCE]
    facts = [event for event in events if event.data.TOPIC is not REFERENCE and type(event.data) in PROJECTIONS]
    await _add(connection, "facts", [fact_row(event) for event in facts if ":" not in event.partitionkey])
    await _add(connection, "store_facts", [fact_row(event) for event in facts if ":" in event.partitionkey])
    if reference:
        await (await driver(connection)).executemany(_ENTITY, [fact_row(event) for event in reference])


def fact_row(event: Event) -> Row:
    """An event's row in a fact table."""
    return (
        event.partitionkey,
        event.source,
        event.id,
        event.time.astimezone(UTC),
        event.recordedtime.astimezone(UTC),
        event.type,
        event.subject,
        event.storeid,
        orjson.dumps(PROJECTIONS[type(event.data)](event.data)).decode(),
    )


async def _add(connection: AsyncConnection, table: str, rows: list[Row]) -> None:
    if not rows:
        return
    raw = await driver(connection)
    try:
        async with connection.begin_nested():
            await raw.copy_records_to_table(table, records=rows, columns=[_KEYS[table], *_COLUMNS])
        fresh = [(row[0], row[3]) for row in rows]
    except UniqueViolationError:
        fresh = await _add_filtered(connection, table, rows)
    if table == "facts":
        await _mark(connection, fresh)


async def _add_filtered(connection: AsyncConnection, table: str, rows: list[Row]) -> list[tuple[str, datetime]]:
    raw = await driver(connection)
    key = _KEYS[table]
    await raw.execute(f"create temp table batch (like {table}) on commit drop")
    await raw.copy_records_to_table("batch", records=rows, columns=[key, *_COLUMNS])
    added = await raw.fetch(f"insert into {table} select * from batch on conflict do nothing returning {key}, time")
    await raw.execute("drop table batch")
    return [(row[key], row["time"]) for row in added]


async def _mark(connection: AsyncConnection, fresh: Sequence[tuple[str, datetime]]) -> None:
    """Append a mark per customer, with the earliest of their new facts, and wake the evaluators."""
    earliest: dict[str, datetime] = {}
    for customer, time in fresh:
        earliest[customer] = min(time, earliest.get(customer, time))
    if earliest:
        raw = await driver(connection)
        for customer, others in (await kin_of(raw, list(earliest))).items():
            for other in others:  # who stands for the customer has the card: its readers must see it marked
                earliest[other] = min(earliest[customer], earliest.get(other, earliest[customer]))
        await raw.copy_records_to_table("marks", records=sorted(earliest.items()), columns=["customer_id", "fact_time"])
        await raw.execute("select pg_notify('marks', '')")
