"""Reading timelines."""

from typing import Any

import orjson

from services.scoring.facts.families import families_of
from shared import clock
from shared.database import Connection
from shared.web import cursors

_FIRST = """
    select type, time, subject, source, store_id, recorded, data, id from facts
    where customer_id = any($1) order by time desc, source desc, id desc limit $2
"""
_FURTHER = """
    select type, time, subject, source, store_id, recorded, data, id from facts
    where customer_id = any($1) and (time, source, id) < ($3, $4, $5) order by time desc, source desc, id desc limit $2
"""


async def timeline(
    connection: Connection, customer: str, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """The facts of a customer and of their aliases of today, the latest first, and the next cursor."""
    families = await families_of(connection, [customer], clock.now())
    members = families.members(families.root(customer))
    if cursor is None:
        rows = await connection.fetch(_FIRST, members, limit + 1)
    else:
        time, source, last = cursors.decode(cursor, 3)
        rows = await connection.fetch(_FURTHER, members, limit + 1, cursors.instant(time), source, last)
    facts = [dict(row) | {"data": orjson.loads(row["data"])} for row in rows[:limit]]
    if len(rows) <= limit:
        return facts, None
    return facts, cursors.encode(*(facts[-1][part] for part in ("time", "source", "id")))
