"""Writing and reading what closes found. A finding is immutable: other content is another revision of its date."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import orjson

from services.scoring.facts.erasures import remaining
from services.scoring.studies.study import Found
from shared.database import Connection

_LATEST = "select revision, digest from findings where name = $1 and as_of = $2 order by revision desc limit 1"
_ADD = "insert into findings (name, as_of, revision, digest, content, made_at) values ($1, $2, $3, $4, $5, now())"
_NEWEST = """
    select as_of, revision, content from findings
    where name = $1 and ($2::timestamptz is null or as_of <= $2) order by as_of desc, revision desc limit 1
"""
_AT = "select content from findings where name = $1 and as_of = $2 and revision = $3::bigint"
_BEHIND = """
    select customer_id from finding_customers
    where name = $1 and as_of = $2 and revision = $3 and part = $4 and customer_id > $5 order by customer_id limit $6
"""
_COLUMNS = ("name", "as_of", "revision", "part", "customer_id")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a close as of a date found."""

    name: str
    as_of: datetime
    revision: int
    content: dict[str, Any]


async def write(connection: Connection, name: str, as_of: datetime, found: Found) -> int:
    """Store it, unless it says what the latest of its date says; returns the revision that now holds.

    To be called `together` with others who write of customers: those erased since they were found are left out.
    """
    there = await remaining(connection, sorted(set(chain.from_iterable(found.customers.values()))))
    parts = {part: sorted(there.intersection(customers)) for part, customers in sorted(found.customers.items())}
    content = orjson.dumps(found.content, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(content + orjson.dumps(parts)).digest()
    latest = await connection.fetchrow(_LATEST, name, as_of)
    if latest is not None and latest["digest"] == digest:
        return int(latest["revision"])
    revision = 1 if latest is None else latest["revision"] + 1
    await connection.execute(_ADD, name, as_of, revision, digest, content.decode())
    rows = [(name, as_of, revision, part, customer) for part, customers in parts.items() for customer in customers]
    await connection.copy_records_to_table("finding_customers", schema_name="app", records=rows, columns=_COLUMNS)
    return revision


async def newest(connection: Connection, name: str, as_of: datetime | None = None) -> Finding | None:
    """The highest revision of the greatest date that is not after `as_of`; None where no close found any."""
    row = await connection.fetchrow(_NEWEST, name, as_of)
    if row is None:
        return None
    return Finding(name, row["as_of"], row["revision"], orjson.loads(row["content"]))


async def at(connection: Connection, name: str, as_of: datetime, revision: int) -> Finding | None:
    """Exactly this one; None where there is none."""
    content = await connection.fetchval(_AT, name, as_of, revision)
    return None if content is None else Finding(name, as_of, revision, orjson.loads(content))


async def behind(connection: Connection, finding: Finding, part: str, last: str, limit: int) -> list[str]:
    """The next `limit` customers after `last` behind a part of a finding, in the order of their ids; `""` begins."""
    key = (finding.name, finding.as_of, finding.revision, part)
    return [row["customer_id"] for row in await connection.fetch(_BEHIND, *key, last, limit)]
