"""Forgetting who demanded it: their tiers."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.tiers.standing import alone
from shared.aliases import families

_LEAVE = text("""
    insert into tier_spans (customer_id, currency, since, code, until, review_at)
    select :heir, currency, since, code, until, review_at from tier_spans where customer_id = :owner
    on conflict do nothing
""")
_SPANS = text("delete from tier_spans where customer_id = any(:customers)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete of which tiers these customers were, once the clock has let go of them.

    One person's tiers stand under the least of their ids: where others are left, they are theirs. Before the aliases
    are forgotten.
    """
    known = [sorted(ids) for ids in (await families(session, customers)).values()]
    left = {ids[0]: min(others) for ids in known if (others := set(ids).difference(customers))}
    await alone(session, {*customers, *left, *left.values()})
    for owner, heir in left.items():
        if owner in customers:
            await session.execute(_LEAVE, {"owner": owner, "heir": heir})
    await session.execute(_SPANS, {"customers": list(customers)})
