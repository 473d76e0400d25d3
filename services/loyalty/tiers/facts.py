"""What tiers are made of: cards, purchases and returns, from the service's own tables.

What third parties publish of purchases has no row there and counts for no tier. A correction is in place: the bill
counts as it should have been, from the purchase's time on.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.programme.domain import Programme
from services.loyalty.programme.queries import Programmes
from services.loyalty.tiers.domain import Spend

_HOLDERS = text("""
    select customer_id, min(issued_at) as since from cards
    where customer_id = any(cast(:ids as text[])) group by customer_id
""")
_CONCERNED = text("""
    select customer_id from cards where customer_id = any(cast(:ids as text[]))
    union select customer_id from tier_spans where customer_id = any(cast(:ids as text[]))
""")
_SPENDS = text("""
    select p.customer_id, p.occurred_at as at, p.occurred_at as bought_at, sum(l.paid_amount) as amount
    from purchases p join purchase_lines l on l.purchase_id = p.id
    where p.customer_id = any(cast(:ids as text[])) and p.currency = :currency
    group by p.id
    union all
    select p.customer_id, r.occurred_at, p.occurred_at, -sum(l.paid_amount)
    from purchases p join returns r on r.purchase_id = p.id join return_lines l on l.return_id = r.id
    where p.customer_id = any(cast(:ids as text[])) and p.currency = :currency
    group by p.id, r.id
""")
_BEGINNINGS = text("select valid_from from programmes where currency = :currency order by valid_from")
_CURRENCIES = text("select distinct currency from programmes where jsonb_array_length(tiers) > 0 order by currency")


async def currencies(session: AsyncSession) -> list[str]:
    """The currencies whose programme has, had or will have tiers."""
    return list((await session.execute(_CURRENCIES)).scalars())


async def versions(session: AsyncSession, currency: str) -> list[Programme]:
    """Every version of that currency's programme, those to come among them, in the order in which they come."""
    beginnings = (await session.execute(_BEGINNINGS, {"currency": currency})).scalars().all()
    known = Programmes(session)
    found = [await known.in_force(currency, at) for at in beginnings]
    return [rules for rules in found if rules is not None]


async def holders(session: AsyncSession, ids: Collection[str]) -> dict[str, datetime]:
    """By customer, since when they have a card, blocked or not; those without any are left out."""
    found = await session.execute(_HOLDERS, {"ids": sorted(ids)})
    return {row.customer_id: row.since for row in found}


async def concerned(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Who of these has a card, or is or was of a tier."""
    return set((await session.execute(_CONCERNED, {"ids": sorted(ids)})).scalars())


async def spends(session: AsyncSession, ids: Collection[str], currency: str) -> dict[str, list[Spend]]:
    """By customer, what they spent and got back in that currency."""
    found: dict[str, list[Spend]] = defaultdict(list)
    for row in await session.execute(_SPENDS, {"ids": sorted(ids), "currency": currency}):
        found[row.customer_id].append(Spend(row.at, row.bought_at, row.amount))
    return found
