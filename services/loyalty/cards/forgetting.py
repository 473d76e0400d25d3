"""Forgetting who demanded it: their cards."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_CARDS = text("delete from cards where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'card' and entity_id = any(:cards)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' cards."""
    cards = list((await session.execute(_CARDS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"cards": cards})
