"""Forgetting who demanded it: what was to be done for them."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROWS = text("delete from tasks where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'task' and entity_id = any(:tasks)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' follow-ups."""
    tasks = list((await session.execute(_ROWS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"tasks": tasks})
