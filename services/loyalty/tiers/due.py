"""What the clock demands of tiers."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.tiers.standing import Person, bring_in_step, tried
from shared.aliases import family
from shared.outbox import Transaction

AT_ONCE = 100
"""Customers whom one transaction of the clock looks at."""
_DUE = text("""
    select customer_id, currency from tier_spans where until is null and review_at <= :now
    order by review_at, customer_id, currency limit :most for update skip locked
""")
_EVERYBODY = text("select pg_advisory_xact_lock(hashtext('tiers'), bucket) from generate_series(0, 255) as bucket")
_LOOK_AGAIN = text("""
    update tier_spans set review_at = least(review_at, :at) where currency = :currency and until is null
""")


async def review(tx: Transaction) -> int:
    """The duty: whoever no longer qualifies falls to a lower tier when their grace is over.

    Whom somebody else looks at just now waits for the next time: the clock holds what it has claimed, and waits for
    nobody.
    """
    claimed = (await tx.session.execute(_DUE, {"now": tx.recorded, "most": AT_ONCE})).all()
    done = 0
    for customer_id, currency in claimed:
        person = Person(frozenset(await family(tx.session, customer_id)), tx.recorded)
        if await tried(tx.session, person.owner) and await tried(tx.session, customer_id):
            await bring_in_step(tx, [person], currency)
            done += 1
    return done


async def look_again(session: AsyncSession, currency: str, at: datetime) -> None:
    """The rules of this currency's tiers change at that moment: the clock looks at everybody then."""
    await session.execute(_EVERYBODY)
    await session.execute(_LOOK_AGAIN, {"currency": currency, "at": at})
