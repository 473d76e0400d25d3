"""Reading requirements and their checks."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.belongings import one_of
from services.customers.profiles.tables import Customer
from services.customers.requirements.domain import Demand
from services.customers.requirements.tables import Requirement, RequirementCheck
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

AT_ONCE = 100
"""Requirements that one transaction of the clock finds unmet."""


def demand(row: Requirement) -> Demand:
    """How a requirement stands."""
    return Demand(row.occurred_at, row.withdrawn_at)


async def one(session: AsyncSession, customer_id: str, requirement_id: str) -> Requirement:
    """The customer's requirement of that id; raises a 404 problem."""
    return await one_of(session, Requirement, customer_id, requirement_id, "requirement")


async def page(
    session: AsyncSession, limit: int, cursor: str | None, customer_id: str
) -> tuple[list[Requirement], str | None]:
    """A customer's requirements as they were taken down, oldest first, and the next cursor."""
    query = select(Requirement).where(col(Requirement.customer_id) == customer_id)
    return await keyset(session, query, limit, cursor, col(Requirement.created_at), col(Requirement.id))


async def one_check(session: AsyncSession, requirement: Requirement, check_id: str) -> RequirementCheck:
    """The requirement's check of that id; raises a 404 problem."""
    row = await session.get(RequirementCheck, check_id)
    if row is None or row.requirement_id != requirement.id:
        raise Problem(NOT_FOUND, f"no check {check_id}")
    return row


async def checks(
    session: AsyncSession, limit: int, cursor: str | None, requirement: Requirement
) -> tuple[list[RequirementCheck], str | None]:
    """A requirement's checks as they were taken down, oldest first, and the next cursor."""
    query = select(RequirementCheck).where(col(RequirementCheck.requirement_id) == requirement.id)
    return await keyset(session, query, limit, cursor, col(RequirementCheck.created_at), col(RequirementCheck.id))


async def last_check(session: AsyncSession, requirement: Requirement) -> datetime | None:
    """When the latest check was made, or None."""
    query = select(func.max(col(RequirementCheck.occurred_at)))
    found: datetime | None = await session.scalar(query.where(col(RequirementCheck.requirement_id) == requirement.id))
    return found


async def due(session: AsyncSession, now: datetime) -> list[Requirement]:
    """Requirements that nobody checked by their due time, the longest overdue first, claimed by this transaction.

    What another transaction has is left out. The customer's row is claimed too, as every command does, so that nothing
    is noted beside an erasure.
    """
    query = (
        select(Requirement)
        .join(Customer, col(Customer.id) == col(Requirement.customer_id))
        .where(col(Requirement.awaited), col(Requirement.due_at) < now)
        .order_by(col(Requirement.due_at), col(Requirement.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list((await session.execute(query)).scalars())
