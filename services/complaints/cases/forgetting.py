"""Forgetting who demanded it: their cases stay, for what a store's cases tell of the store, as nobody's."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_HELD = text("select id from complaints where customer_id = any(:customers) order by id for update")
_CASES = text("""
    update complaints set customer_id = null, text = null, resolution = null, purchase_id = null,
        integration_id = null, follows = null, content = ''
    where customer_id = any(:customers) returning id
""")
_STEPS = text("update complaint_steps set note = null where complaint_id = any(:cases)")
_HISTORY = text("delete from history where entity = 'complaint' and entity_id = any(:cases)")


async def hold(session: AsyncSession, customers: Collection[str]) -> None:
    """Lock these customers' cases until the transaction ends."""
    await session.execute(_HELD, {"customers": list(customers)})


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take these customers, and all that anybody wrote about them, out of their cases."""
    cases = list((await session.execute(_CASES, {"customers": list(customers)})).scalars())
    for statement in (_STEPS, _HISTORY):
        await session.execute(statement, {"cases": cases})
