"""Reading facts back, in their fixed order."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import orjson

from services.scoring.facts.fact import Fact
from services.scoring.facts.families import Families, families_of
from services.scoring.metrics.catalogue import Catalogue, Offer
from services.scoring.metrics.surroundings import TYPES, Surroundings
from services.scoring.studies.stores import Store, Sums
from shared.database import Connection

_OF_CUSTOMERS = """
    select customer_id, source, id, time, recorded, type, subject, store_id, data from facts
    where customer_id = any($1) order by customer_id, time, source, type, subject, id
"""
_KNOWN = """
    select id from (
        (select customer_id as id from cards where customer_id > $1 order by customer_id limit $2)
        union
        (select distinct customer_id from marks where customer_id > $1 order by customer_id limit $2)
        union
        (select distinct customer_id from aliases where customer_id > $1 order by customer_id limit $2)
        union
        (select distinct into_id from aliases where into_id > $1 order by into_id limit $2)
    ) as known order by id limit $2
"""
_AROUND = "select type, subject, data from entities where type = any($1) order by type, subject"
_STORES = """
    select subject, data from entities
    where type in ('crm.store.opened.v1', 'crm.store.closed.v1') order by subject
"""
_ANONYMOUS = """
    select store_id, count(*) filter (where type = 'crm.purchase.completed.v1') as purchases,
        count(*) filter (where type = 'crm.visit.started.v1') as visits
    from store_facts where store_id is not null and time >= $1 and time < $2 group by store_id order by store_id
"""
_OFFERED = "select subject, data from entities where type = 'crm.category.offered.v1' order by subject"


async def facts_of(connection: Connection, customers: Sequence[str]) -> dict[str, list[Fact]]:
    """The facts of each of these customers, in reading order; those without facts are left out."""
    found: dict[str, list[Fact]] = {}
    for row in await connection.fetch(_OF_CUSTOMERS, customers):
        found.setdefault(row["customer_id"], []).append(_fact(row))
    return found


async def customers_after(connection: Connection, last: str, limit: int) -> list[str]:
    """The next `limit` known ids behind `last`, aliases among them, in their order; `""` begins."""
    return [row["id"] for row in await connection.fetch(_KNOWN, last, limit)]


async def facts_of_families(connection: Connection, roots: Sequence[str], families: Families) -> dict[str, list[Fact]]:
    """The facts of each of these customers and of all their aliases, in no order; without facts left out."""
    whose = {member: root for root in roots for member in families.members(root)}
    found: dict[str, list[Fact]] = {}
    for member, facts in (await facts_of(connection, list(whose))).items():
        found.setdefault(whose[member], []).extend(facts)
    return {root: found[root] for root in sorted(found)}


async def facts_as_of(connection: Connection, customers: Sequence[str], as_of: datetime) -> dict[str, list[Fact]]:
    """The facts, whole families together, of those of `customers` who are no alias of another as of that date."""
    families = await families_of(connection, customers, as_of)
    roots = [customer for customer in customers if families.root(customer) == customer]
    return await facts_of_families(connection, roots, families)


async def catalogue(connection: Connection) -> Catalogue:
    """What was ever on offer, as told by now; the stretches of days in it serve every date."""
    rows = await connection.fetch(_OFFERED)
    return Catalogue({row["subject"]: (Offer.from_json(orjson.loads(row["data"])),) for row in rows})


async def surroundings(connection: Connection) -> Surroundings:
    """What happened around the customers, as told by now."""
    rows = await connection.fetch(_AROUND, TYPES)
    return Surroundings.of([(row["type"], row["subject"], orjson.loads(row["data"])) for row in rows])


async def stores(connection: Connection) -> dict[str, Store]:
    """Every store that was told of, as told by now, by id."""
    rows = await connection.fetch(_STORES)
    return {row["subject"]: _store(row["subject"], orjson.loads(row["data"])) for row in rows}


async def anonymous(connection: Connection, start: datetime, end: datetime) -> dict[str, Sums]:
    """By store, the sales and visits of nobody in particular in [start, end); a return takes no sale away."""
    rows = await connection.fetch(_ANONYMOUS, start, end)
    return {row["store_id"]: Sums(row["purchases"], row["visits"]) for row in rows}


def _store(store: str, told: dict[str, Any]) -> Store:
    days = {name: told.get(name) for name in ("opened_on", "closed_on")}
    return Store(
        store,
        format=told.get("format"),
        region=told.get("region"),
        **{name: None if day is None else date.fromisoformat(day) for name, day in days.items()},
    )


def _fact(row: asyncpg.Record) -> Fact:
    return Fact(
        time=row["time"],
        source=row["source"],
        type=row["type"],
        subject=row["subject"],
        id=row["id"],
        recorded=row["recorded"],
        store=row["store_id"],
        data=orjson.loads(row["data"]),
    )
