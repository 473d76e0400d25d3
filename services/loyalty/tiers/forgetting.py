"""Forgetting who demanded it: their tiers."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.tiers.standing import alone

_SPANS = text("delete from tier_spans where customer_id = any(:customers)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete of which tiers these customers were, once the clock has let go of them."""
    await alone(session, customers)
    await session.execute(_SPANS, {"customers": list(customers)})
