"""Reading employees: what they are, and what they are trained for at a moment."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.staff.domain import UNTRAINED, Role
from services.complaints.staff.tables import Employee, Training
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    store_id: Id | None = None
    role: Role | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Employee, name) == value for name, value in asdict(self).items() if value is not None]


async def role(session: AsyncSession, staff_id: str) -> Role | None:
    """What the employee is; None for somebody whom nobody has put among the staff."""
    query = select(col(Employee.role)).where(col(Employee.id) == staff_id)
    return cast("Role | None", (await session.execute(query)).scalar_one_or_none())


async def level(session: AsyncSession, staff_id: str, at: datetime) -> int:
    """The highest level whose training was completed by `at` and holds then; 0 for the untrained."""
    holds = or_(col(Training.expires_at).is_(None), col(Training.expires_at) > at)
    return await _highest(session, staff_id, at, holds)


async def lapsed_level(session: AsyncSession, staff_id: str, at: datetime) -> int:
    """The highest level whose training has expired by `at`; 0 where none has."""
    return await _highest(session, staff_id, at, col(Training.expires_at) <= at)


async def one(session: AsyncSession, staff_id: str, caller: Principal) -> Employee:
    """The employee of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Employee, staff_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no employee {staff_id}")
    caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Employee], str | None]:
    """Employees in the order of their ids, and the next cursor."""
    query = select(Employee).where(*filters.conditions())
    if caller.stores is not None:
        query = query.where(col(Employee.store_id).in_(sorted(caller.stores)))
    return await keyset(session, query, limit, cursor, col(Employee.id))


async def trainings(
    session: AsyncSession, staff_id: str, limit: int, cursor: str | None
) -> tuple[list[Training], str | None]:
    """An employee's trainings in the order of their completion, and the next cursor."""
    query = select(Training).where(col(Training.staff_id) == staff_id)
    return await keyset(session, query, limit, cursor, col(Training.occurred_at), col(Training.id))


async def training(session: AsyncSession, staff_id: str, training_id: str) -> Training:
    """The employee's training of that id; raises a 404 problem, for another employee's too."""
    row = await session.get(Training, training_id)
    if row is None or row.staff_id != staff_id:
        raise Problem(NOT_FOUND, f"no training {training_id}")
    return row


async def store(session: AsyncSession, staff_id: str) -> str | None:
    """The store of an employee; None for who serves the whole chain, or is not known yet."""
    query = select(col(Employee.store_id)).where(col(Employee.id) == staff_id)
    return (await session.execute(query)).scalar_one_or_none()


async def _highest(session: AsyncSession, staff_id: str, at: datetime, condition: ColumnElement[bool]) -> int:
    real = col(Training.simulated).is_(False)
    completed = and_(col(Training.staff_id) == staff_id, col(Training.occurred_at) <= at, real)
    query = select(func.coalesce(func.max(col(Training.level)), UNTRAINED)).where(completed, condition)
    return (await session.execute(query)).scalar_one()
