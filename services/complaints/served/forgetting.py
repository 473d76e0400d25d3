"""Forgetting who demanded it: what they bought and where they came stays, for the counts, as nobody's."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    text("update purchases set customer_id = null where customer_id = any(:customers)"),
    text("update visits set customer_id = null where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Make these customers' purchases and visits nobody's."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
