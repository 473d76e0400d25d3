"""Reading objectives."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.objectives.domain import Aim, State
from services.customers.objectives.tables import Objective
from services.customers.profiles.belongings import one_of
from shared.web.cursors import keyset


def aim(row: Objective) -> Aim:
    """How an objective stands."""
    return Aim(
        set_at=row.occurred_at,
        last_step_at=row.last_step_at,
        target=row.target,
        due_at=row.due_at,
        strategy=row.strategy,
        progress=row.progress,
        reviewed_at=row.reviewed_at,
        reached=row.reached,
        closed_at=row.closed_at,
    )


async def one(session: AsyncSession, customer_id: str, objective_id: str) -> Objective:
    """The customer's objective of that id; raises a 404 problem."""
    return await one_of(session, Objective, customer_id, objective_id, "objective")


async def page(
    session: AsyncSession, limit: int, cursor: str | None, customer_id: str, state: State | None
) -> tuple[list[Objective], str | None]:
    """A customer's objectives as they were taken down, oldest first, and the next cursor."""
    query = select(Objective).where(col(Objective.customer_id) == customer_id)
    if state is not None:
        closed = col(Objective.closed_at)
        query = query.where(closed.is_(None) if state == "open" else closed.is_not(None))
    order = col(Objective.created_at), col(Objective.id)
    return await keyset(session, query, limit, cursor, *order)
