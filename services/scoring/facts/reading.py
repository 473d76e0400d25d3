"""Reading facts back, in their fixed order."""

from collections.abc import Sequence

import asyncpg
import orjson

from services.scoring.facts.fact import Fact
from services.scoring.metrics.catalogue import Catalogue, Offer
from shared.database import Connection

_OF_CUSTOMERS = """
    select customer_id, source, id, time, recorded, type, subject, data from facts
    where customer_id = any($1) order by customer_id, time, source, type, subject, id
"""
_KNOWN = """
    select customer_id from (
        (select customer_id from cards where customer_id > $1 order by customer_id limit $2)
        union
        (select distinct customer_id from marks where customer_id > $1 order by customer_id limit $2)
    ) as known order by customer_id limit $2
"""
_OFFERED = "select subject, data from entities where type = 'crm.category.offered.v1' order by subject"


async def facts_of(connection: Connection, customers: Sequence[str]) -> dict[str, list[Fact]]:
    """The facts of each of these customers, in reading order; those without facts are left out."""
    found: dict[str, list[Fact]] = {}
    for row in await connection.fetch(_OF_CUSTOMERS, customers):
        found.setdefault(row["customer_id"], []).append(_fact(row))
    return found


async def customers_after(connection: Connection, last: str, limit: int) -> list[str]:
    """The next `limit` known customers behind `last`, in the order of their ids; `""` begins."""
    return [row["customer_id"] for row in await connection.fetch(_KNOWN, last, limit)]


async def catalogue(connection: Connection) -> Catalogue:
    """What was ever on offer, as told by now; the stretches of days in it serve every date."""
    rows = await connection.fetch(_OFFERED)
    return Catalogue({row["subject"]: (Offer.from_json(orjson.loads(row["data"])),) for row in rows})


def _fact(row: asyncpg.Record) -> Fact:
    return Fact(
        time=row["time"],
        source=row["source"],
        type=row["type"],
        subject=row["subject"],
        id=row["id"],
        recorded=row["recorded"],
        data=orjson.loads(row["data"]),
    )
