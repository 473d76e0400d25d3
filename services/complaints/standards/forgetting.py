"""Forgetting who demanded it: the clock speaks of their cases no more."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_UNTOLD = text("""
    delete from complaint_timers using complaints
    where complaints.id = complaint_id and customer_id = any(:customers) and fired_at is null
""")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Nothing of these customers' cases is due any more; before their cases are nobody's."""
    await session.execute(_UNTOLD, {"customers": list(customers)})
