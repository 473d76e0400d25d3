"""Forgetting who demanded it: their gifts."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROWS = text("delete from gifts where customer_id = any(:customers)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' gifts."""
    await session.execute(_ROWS, {"customers": list(customers)})
