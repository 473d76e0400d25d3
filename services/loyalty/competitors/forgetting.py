"""Forgetting who demanded it: what was observed of them. What a store observed stays the store's, without them."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    text("delete from competitor_observations where customer_id = any(:customers) and store_id is null"),
    text("""
        update competitor_observations set customer_id = null, note = null, content = ''
        where customer_id = any(:customers)
    """),
    text("delete from price_match_requests where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take these customers out of what was observed; what they asked for goes."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
