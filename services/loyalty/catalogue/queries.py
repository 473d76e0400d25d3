"""Reading the catalogue."""

from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.catalogue.tables import Category, Store
from shared.web import cursors
from shared.web.problems import NOT_FOUND, Problem

R = TypeVar("R", Category, Store)


async def one(session: AsyncSession, table: type[R], entity_id: str) -> R:
    """The entity of that id; raises a 404 problem."""
    row = await session.get(table, entity_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no {table.__name__.lower()} {entity_id}")
    return row


async def page(session: AsyncSession, table: type[R], limit: int, cursor: str | None) -> tuple[list[R], str | None]:
    """Entities in the order of their ids, and the next cursor."""
    query = select(table).order_by(col(table.id)).limit(limit + 1)
    if cursor is not None:
        query = query.where(col(table.id) > cursors.decode(cursor, 1)[0])
    rows = list((await session.execute(query)).scalars())
    following = cursors.encode(rows[limit - 1].id) if len(rows) > limit else None
    return rows[:limit], following
