"""Forgetting who demanded it: what the logbook's words say of them. The entries stay: they name nobody."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ALLOW = text("select set_config('elevenfold.forgetting', :state, true)")
_WORDS = text("delete from logbook_notes where customer_id = any(:customers)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take the words that speak of these customers out of the logbook."""
    await session.execute(_ALLOW, {"state": "on"})
    await session.execute(_WORDS, {"customers": list(customers)})
    await session.execute(_ALLOW, {"state": "off"})
