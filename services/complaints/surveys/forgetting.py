"""Forgetting who demanded it: what they answered, and that they were asked."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROWS = {
    "survey": text("delete from surveys where customer_id = any(:customers) returning id"),
    "survey_invitation": text("delete from survey_invitations where customer_id = any(:customers) returning id"),
}
_HISTORY = text("delete from history where entity = :entity and entity_id = any(:ids)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' surveys and invitations."""
    for entity, rows in _ROWS.items():
        ids = list((await session.execute(rows, {"customers": list(customers)})).scalars())
        await session.execute(_HISTORY, {"entity": entity, "ids": ids})
