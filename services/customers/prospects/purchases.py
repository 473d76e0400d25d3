"""What is known of purchases here, and under whose ids they and prospects may stand: the newest one of each customer.

A purchase may be consumed before the enquiry that led to it is written down; so it is kept.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.merges.family import roots

_LOCK = text("select id from customers where id = any(:ids) order by id for no key update")
_LOCK_WHOLE = text("select id from customers where id = any(:ids) order by id for update")
_REMEMBER = text("""
    insert into last_purchases (customer_id, at)
    select * from unnest(cast(:ids as text[]), cast(:times as timestamptz[]))
    on conflict (customer_id) do update set at = excluded.at where last_purchases.at < excluded.at
""")
_KNOWN = text("select customer_id, at from last_purchases where customer_id = any(:ids)")


async def hold(session: AsyncSession, customers: Collection[str], *, whole: bool = False) -> dict[str, str]:
    """Every id of the families of these customers, with the customer it stands for; who is not known is left out.

    Their rows are locked until the transaction ends, in the order of their ids as commands lock them: meanwhile
    nobody of them enquires, buys, is merged or erased. `whole`: as who locks them `for update` later must, at once.
    """
    while held := await roots(session, customers):
        attempt = await session.begin_nested()
        await session.execute(_LOCK_WHOLE if whole else _LOCK, {"ids": list(held)})
        if await roots(session, customers) == held:
            await attempt.commit()
            break
        # A merge or an erasure was faster. Let go of them, or the others would be locked out of their order.
        await attempt.rollback()
    return held


async def remember(session: AsyncSession, times: Mapping[str, datetime]) -> None:
    """Keep the time of each customer's newest purchase.

    Only of customers who are held: of nobody we do not know, and so of nobody who was erased, anything is written.
    """
    ids = sorted(times)
    await session.execute(_REMEMBER, {"ids": ids, "times": [times[customer_id] for customer_id in ids]})


async def last_purchases(session: AsyncSession, customers: Collection[str]) -> dict[str, datetime]:
    """The time of each one's newest purchase that is known, by customer.

    Of several after an enquiry the first is not known any more: the newest tells that there was one, and stands for it.
    """
    found = await session.execute(_KNOWN, {"ids": list(customers)})
    return {row.customer_id: row.at for row in found}
