"""Finding customers who may be the same one, by the keys that they share."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.duplicates.domain import CROWD, Evidence, Key, Traits, evidence, score
from services.customers.duplicates.tables import Verdict
from services.customers.profiles.tables import Customer
from shared.web.cursors import decode, encode
from shared.web.problems import NOT_FOUND, Problem

BEST = 100
"""Candidates that are shown of one customer."""
EXAMINED = 500
"""Pairs that are looked at for one page: the score is known only then."""


class Pair(NamedTuple):
    """Two customers who may be the same one."""

    customer_id: str
    other_id: str
    score: float
    because: list[Evidence]


# Of a crowd's key one row more than may be is read, never the whole crowd.
_SHARED = """
    select mine.customer_id as one, theirs.customer_id as other,
           array_agg(mine.kind order by mine.kind, mine.value) as kinds,
           array_agg(mine.value order by mine.kind, mine.value) as values
    from match_keys as mine
    cross join lateral (
        select array_agg(few.customer_id) as ids
        from (select customer_id from match_keys where kind = mine.kind and value = mine.value limit :crowd + 1) as few
    ) as sharing
    cross join unnest(sharing.ids) as theirs (customer_id)
    join customers as a on a.id = mine.customer_id and a.merged_into is null
    join customers as b on b.id = theirs.customer_id and b.merged_into is null
    where cardinality(sharing.ids) <= :crowd and {whom}
    and not exists (select from verdicts where customer_id = a.id and other_id = b.id and not same)
    and not exists (select from verdicts where customer_id = b.id and other_id = a.id and not same)
    group by mine.customer_id, theirs.customer_id
"""
_OF_ONE = text(_SHARED.format(whom="mine.customer_id = :customer and b.id <> :customer"))
_OF_ALL = text(
    _SHARED.format(whom="b.id > a.id and mine.customer_id >= :one and (a.id > :one or b.id > :other)")
    + "order by mine.customer_id, theirs.customer_id limit :examined + 1"
)


async def candidates(session: AsyncSession, customer_id: str, min_score: float) -> list[Pair]:
    """Who may be the same one as this customer, the likeliest first, at most `BEST`.

    Left out are those who were merged already, who were found not to be the same one, and keys that a crowd shares.
    A customer who is merged has no candidates: theirs are found under whom they were merged into.
    """
    found = [pair for pair in await _pairs(session, _OF_ONE, customer=customer_id) if pair.score >= min_score]
    return sorted(found, key=lambda pair: (-pair.score, pair.other_id))[:BEST]


async def page(
    session: AsyncSession, limit: int, cursor: str | None, min_score: float
) -> tuple[list[Pair], str | None]:
    """Pairs of the whole base in the order of their ids, and the next cursor; a page may be short before the end."""
    one, other = decode(cursor, 2) if cursor else ("", "")
    examined = await _pairs(session, _OF_ALL, one=one, other=other, examined=EXAMINED)
    found = [pair for pair in examined[:EXAMINED] if pair.score >= min_score]
    if len(found) > limit:
        return found[:limit], encode(*found[limit - 1][:2])
    return found, encode(*examined[EXAMINED - 1][:2]) if len(examined) > EXAMINED else None


async def verdict(session: AsyncSession, customer_id: str, other_id: str) -> Verdict:
    """What was said of two customers; raises a 404 problem where nobody has looked."""
    found = await session.get(Verdict, tuple(sorted((customer_id, other_id))))
    if found is None:
        raise Problem(NOT_FOUND, f"nobody has looked at {customer_id} and {other_id}")
    return found


async def _pairs(session: AsyncSession, query: TextClause, **values: object) -> list[Pair]:
    rows: Sequence[_Row] = (await session.execute(query, {"crowd": CROWD, **values})).all()  # type: ignore[assignment]
    traits = await _traits(session, {name for row in rows for name in (row.one, row.other)})
    return [_judged(row, traits[row.one], traits[row.other]) for row in rows]


class _Row(NamedTuple):
    one: str
    other: str
    kinds: list[str]
    values: list[str]


async def _traits(session: AsyncSession, customers: Iterable[str]) -> dict[str, Traits]:
    columns = col(Customer.id), col(Customer.kind), col(Customer.name), col(Customer.birth_date)
    rows = await session.execute(select(*columns).where(col(Customer.id).in_(customers)))
    return {row.id: Traits(row.kind, row.name, row.birth_date) for row in rows}


def _judged(row: _Row, one: Traits, other: Traits) -> Pair:
    shared = [Key(*key) for key in zip(row.kinds, row.values, strict=True)]
    because = evidence(one, other, shared)
    return Pair(row.one, row.other, score(because), because)
