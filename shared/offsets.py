"""A consumer's offsets, in the tables of what it makes of the records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from aiokafka import TopicPartition
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
    update offsets set next_offset = moved.last, reached = coalesce(moved.reached, offsets.reached)
    from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:firsts as bigint[]),
                cast(:lasts as bigint[]), cast(:reached as timestamptz[]))
         as moved (topic, partition, first, last, reached)
    where offsets.topic = moved.topic and offsets.partition = moved.partition
      and offsets.next_offset = moved.first
""")
_SEEN = """
    from unnest(cast(:topics as text[]), cast(:partitions as int[]), cast(:ends as bigint[]))
         as seen (topic, partition, last)
"""
_OBSERVE = text(f"""
    update offsets set end_offset = seen.last, observed_at = now(),
        reached = case when next_offset >= seen.last and reached is not null then now() else reached end
    {_SEEN} where offsets.topic = seen.topic and offsets.partition = seen.partition
""")  # noqa: S608 -- put together from constants
_AGE = text(f"""
    select coalesce(extract(epoch from now() - min(coalesce(reached, observed_at))), 0)
    from offsets join (select * {_SEEN}) as seen using (topic, partition) where next_offset < seen.last
""")  # noqa: S608


class Move(NamedTuple):
    """From which offset to which a partition moves; `reached`: the last record's time, None if it held none."""

    first: int
    last: int
    reached: datetime | None = None


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


async def move(connection: AsyncConnection, moves: Mapping[TopicPartition, Move]) -> None:
    """Move each partition's offset as told; raises `FencedError` when one of them is not where its move begins."""
    partitions = sorted(moves)
    moved = await connection.execute(
        _MOVE,
        _columns(partitions)
        | {
            "firsts": [moves[tp].first for tp in partitions],
            "lasts": [moves[tp].last for tp in partitions],
            "reached": [moves[tp].reached for tp in partitions],
        },
    )
    if moved.rowcount != len(partitions):
        raise FencedError


async def observe(connection: AsyncConnection, ends: Mapping[TopicPartition, int]) -> float:
    """Note where the partitions end now; answers the age in seconds of what waits longest in them.

    `reached` of a partition in which nothing waits is now: what comes next is younger, however long it was quiet.
    """
    given = _columns(sorted(ends)) | {"ends": [ends[tp] for tp in sorted(ends)]}
    await connection.execute(_OBSERVE, given)
    return float((await connection.execute(_AGE, given)).scalar_one())
