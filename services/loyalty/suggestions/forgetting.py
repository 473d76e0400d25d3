"""Forgetting who demanded it: what was suggested to them. A model holds nobody: only how many bought what."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROWS = text("delete from suggestions where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'suggestion' and entity_id = any(:suggestions)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete what was suggested to these customers."""
    suggestions = list((await session.execute(_ROWS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"suggestions": suggestions})
