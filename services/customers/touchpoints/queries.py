"""Reading touchpoints. One without a store is everybody's, one in a store is that store's."""

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.touchpoints.tables import Touchpoint
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem


async def one(session: AsyncSession, touchpoint_id: str, caller: Principal) -> Touchpoint:
    """The touchpoint of that id; raises a 404 problem, for another store's too."""
    touchpoint = await session.get(Touchpoint, touchpoint_id)
    if touchpoint is None:
        raise Problem(NOT_FOUND, f"no touchpoint {touchpoint_id}")
    if touchpoint.store_id is not None:
        caller.hide_other_stores(touchpoint.store_id)
    return touchpoint


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, customer_id: str | None
) -> tuple[list[Touchpoint], str | None]:
    """Touchpoints as they were taken down, oldest first, and the next cursor."""
    query = select(Touchpoint).where(shown(caller))
    if customer_id is not None:
        query = query.where(col(Touchpoint.customer_id) == customer_id)
    return await keyset(session, query, limit, cursor, col(Touchpoint.created_at), col(Touchpoint.id))


def shown(caller: Principal) -> ColumnElement[bool]:
    """The condition for touchpoints that a caller may see."""
    store = col(Touchpoint.store_id)
    return true() if caller.stores is None else or_(store.is_(None), store.in_(sorted(caller.stores)))
