"""Forgetting who demanded it: consents and segments of theirs."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    text("delete from consents where customer_id = any(:customers)"),
    text("delete from segment_members where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete what these customers agreed to, and which segments they were in."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
