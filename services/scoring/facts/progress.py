"""How far the consumer of a generation is."""

import asyncio

from shared.database import Connection

_SEEN = "select coalesce(bool_and(coalesce(observed_at > $1, false)), false) from offsets"
_ENDS = "select topic, partition, end_offset from offsets"
_BEHIND = """
    select count(*) from offsets
    join unnest($1::text[], $2::int[], $3::bigint[]) as wanted (topic, partition, target) using (topic, partition)
    where offsets.next_offset < wanted.target
"""
POLL_S = 0.1


async def caught_up(connection: Connection) -> None:
    """Wait until what was on the topics when we began is in."""
    begun = await connection.fetchval("select clock_timestamp()")
    while not await connection.fetchval(_SEEN, begun):
        await asyncio.sleep(POLL_S)
    ends = await connection.fetch(_ENDS)
    targets = [[row[name] for row in ends] for name in ("topic", "partition", "end_offset")]
    while await connection.fetchval(_BEHIND, *targets):
        await asyncio.sleep(POLL_S)
