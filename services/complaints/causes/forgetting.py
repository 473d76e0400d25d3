"""Forgetting who demanded it: the corrective actions about their complaints, which speak of them in words."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ACTIONS = text("delete from corrective_actions where customer_id = any(:customers) returning id")
_HISTORY = text("delete from history where entity = 'corrective_action' and entity_id = any(:actions)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' corrective actions; the causes stay in the cases, as nobody's."""
    actions = list((await session.execute(_ACTIONS, {"customers": list(customers)})).scalars())
    await session.execute(_HISTORY, {"actions": actions})
