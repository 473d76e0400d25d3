"""Forgetting who demanded it: their ideas, all of which are words."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_IDEAS = text("delete from ideas where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'idea' and entity_id = any(:ideas)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' ideas, with what we decided and answered."""
    ideas = list((await session.execute(_IDEAS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"ideas": ideas})
