"""A consumer's offsets, in the tables of what it makes of the records."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from aiokafka import ConsumerRecord, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KNOWN = text("""
    insert into offsets (topic, partition, next_offset, end_offset)
    select * from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:starts as bigint[]),
                         cast(:starts as bigint[]))
    on conflict do nothing
""")
_STORED = text("select topic, partition, next_offset from offsets")
_MOVE = text("""
    update offsets set next_offset = moved.last, reached = moved.reached
    from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:firsts as bigint[]),
                cast(:lasts as bigint[]), cast(:reached as timestamptz[]))
         as moved (topic, partition, first, last, reached)
    where offsets.topic = moved.topic and offsets.partition = moved.partition
      and offsets.next_offset = moved.first
""")
_OBSERVE = text("""
    update offsets set end_offset = :end, observed_at = now()
    where topic = :topic and partition = :partition
""")


class FencedError(Exception):
    """Another member has moved a partition's offset: this batch is not ours to write."""


async def stored(connection: AsyncConnection, starts: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Where to go on in each partition; one that is new begins at its start, as given."""
    partitions = sorted(starts)
    await connection.execute(_KNOWN, _columns(partitions) | {"starts": [starts[tp] for tp in partitions]})
    rows = (await connection.execute(_STORED)).all()
    return {TopicPartition(row.topic, row.partition): row.next_offset for row in rows}


def _columns(partitions: Sequence[TopicPartition]) -> dict[str, list[str] | list[int]]:
    return {"topics": [tp.topic for tp in partitions], "partitions": [tp.partition for tp in partitions]}


async def move(connection: AsyncConnection, moves: Mapping[TopicPartition, tuple[int, ConsumerRecord]]) -> None:
    """Move each partition's offset from the first given to behind the record; raises `FencedError`."""
    partitions = sorted(moves)
    moved = await connection.execute(
        _MOVE,
        _columns(partitions)
        | {
            "firsts": [moves[tp][0] for tp in partitions],
            "lasts": [moves[tp][1].offset + 1 for tp in partitions],
            "reached": [datetime.fromtimestamp(moves[tp][1].timestamp / 1000, UTC) for tp in partitions],
        },
    )
    if moved.rowcount != len(partitions):
        raise FencedError


async def observe(connection: AsyncConnection, ends: Mapping[TopicPartition, int]) -> None:
    """Note where the partitions end now."""
    rows = [{"topic": tp.topic, "partition": tp.partition, "end": ends[tp]} for tp in sorted(ends)]
    await connection.execute(_OBSERVE, rows)
