"""Forgetting who demanded it: their agreements with all that they were used for, and their quotes."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_AGREEMENTS = text("delete from volume_agreements where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'volume_agreement' and entity_id = any(:agreements)")
_REST = (
    text("delete from agreement_uses where customer_id = any(:customers)"),
    text("delete from quotes where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete what was agreed with these customers, what they bought by it and what they were quoted."""
    agreements = list((await session.execute(_AGREEMENTS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"agreements": agreements})
    for statement in _REST:
        await session.execute(statement, {"customers": list(customers)})
