"""Forgetting who demanded it: what the logbook's words say of them. The entries stay: they name nobody."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_WORDS = text("delete from logbook_notes where customer_id = any(:customers)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take the words that speak of these customers out of the logbook, in the transaction that remembers them erased.

    The logbook's trigger demands that: see its migrations.
    """
    await session.execute(_WORDS, {"customers": list(customers)})
