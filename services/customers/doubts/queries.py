"""Reading doubts."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.doubts.tables import Doubt
from services.customers.profiles.belongings import one_of
from shared.web.cursors import keyset


async def one(session: AsyncSession, customer_id: str, doubt_id: str) -> Doubt:
    """The customer's doubt of that id; raises a 404 problem."""
    return await one_of(session, Doubt, customer_id, doubt_id, "doubt")


async def page(
    session: AsyncSession, customer_id: str, limit: int, cursor: str | None, *, still_open: bool | None
) -> tuple[list[Doubt], str | None]:
    """The customer's doubts as they were taken down, oldest first, and the next cursor."""
    query = select(Doubt).where(col(Doubt.customer_id) == customer_id)
    if still_open is not None:
        query = query.where(col(Doubt.resolved_at).is_(None) == still_open)
    return await keyset(session, query, limit, cursor, col(Doubt.created_at), col(Doubt.id))
