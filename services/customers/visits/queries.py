"""Reading visits."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.visits.domain import AT_MOST
from services.customers.visits.tables import Visit
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

AT_ONCE = 100
"""Visits that one call of the duty ends."""


async def one(session: AsyncSession, visit_id: str, caller: Principal) -> Visit:
    """The visit of that id; raises a 404 problem, for another store's too."""
    visit = await session.get(Visit, visit_id)
    if visit is None:
        raise Problem(NOT_FOUND, f"no visit {visit_id}")
    caller.hide_other_stores(visit.store_id)
    return visit


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, customer_id: str | None
) -> tuple[list[Visit], str | None]:
    """Visits as they were taken down, oldest first, and the next cursor."""
    query = select(Visit).where(shown(caller))
    if customer_id is not None:
        query = query.where(col(Visit.customer_id) == customer_id)
    return await keyset(session, query, limit, cursor, col(Visit.created_at), col(Visit.id))


def shown(caller: Principal) -> ColumnElement[bool]:
    """The condition for visits that a caller may see: those of their stores."""
    return true() if caller.stores is None else col(Visit.store_id).in_(sorted(caller.stores))


async def left_open(session: AsyncSession, now: datetime) -> list[Visit]:
    """Visits that nobody ended by the end of their store's day, the longest overdue first, locked.

    Those that an older version took down come last. One that somebody has locked is left out: they are ending it, or
    see to it next time.
    """
    due = col(Visit.due_at)
    over = or_(due <= now, and_(due.is_(None), col(Visit.started_at) <= now - AT_MOST))
    query = select(Visit).where(col(Visit.ended_at).is_(None), over)
    query = query.order_by(due, col(Visit.id)).limit(AT_ONCE).with_for_update(skip_locked=True)
    return list((await session.execute(query)).scalars())
