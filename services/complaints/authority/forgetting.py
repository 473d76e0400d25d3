"""Forgetting who demanded it: why a remedy was refused them. Before their cases, by which it is found, are nobody's."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_REASONS = text("""
    update remedy_requests set reason = null
    where complaint_id in (select id from complaints where customer_id = any(:customers))
""")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take what anybody wrote about these customers out of what was asked for in their cases."""
    await session.execute(_REASONS, {"customers": list(customers)})
