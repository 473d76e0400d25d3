"""Reading the catalogue."""

from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.catalogue.tables import Category, Product, Store
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

R = TypeVar("R", Category, Product, Store)


async def one(session: AsyncSession, table: type[R], entity_id: str) -> R:
    """The entity of that id; raises a 404 problem."""
    row = await session.get(table, entity_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no {table.__name__.lower()} {entity_id}")
    return row


async def page(
    session: AsyncSession, table: type[R], limit: int, cursor: str | None, *conditions: ColumnElement[bool]
) -> tuple[list[R], str | None]:
    """Entities in the order of their ids, and the next cursor."""
    return await keyset(session, select(table).where(*conditions), limit, cursor, col(table.id))
