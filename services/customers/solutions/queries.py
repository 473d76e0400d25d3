"""Reading solutions."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.belongings import one_of
from services.customers.solutions.tables import Solution
from shared.web.cursors import keyset


async def one(session: AsyncSession, customer_id: str, solution_id: str) -> Solution:
    """The customer's solution of that id; raises a 404 problem."""
    return await one_of(session, Solution, customer_id, solution_id, "solution")


async def page(
    session: AsyncSession, customer_id: str, limit: int, cursor: str | None, delivered: bool | None
) -> tuple[list[Solution], str | None]:
    """A customer's solutions as they were taken down, oldest first, and the next cursor."""
    query = select(Solution).where(col(Solution.customer_id) == customer_id)
    if delivered is not None:
        column = col(Solution.delivered_at)
        query = query.where(column.is_not(None) if delivered else column.is_(None))
    return await keyset(session, query, limit, cursor, col(Solution.created_at), col(Solution.id))
