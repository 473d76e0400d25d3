"""Forgetting who demanded it: their incidents stay, for what they tell of the store, as nobody's and without words."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_INCIDENTS = text("""
    update incidents set customer_id = null, content = '' where customer_id = any(:customers) returning id
""")
_STEPS = text("update incident_steps set note = null where incident_id = any(:incidents)")
_HISTORY = text("delete from history where entity = 'incident' and entity_id = any(:incidents)")


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take these customers, and all that anybody wrote about them, out of their incidents."""
    incidents = list((await session.execute(_INCIDENTS, {"customers": list(customers)})).scalars())
    for statement in (_STEPS, _HISTORY):
        await session.execute(statement, {"incidents": incidents})
