"""Reading stores."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.stores.domain import UNKNOWN
from services.customers.stores.tables import Store


async def zones(session: AsyncSession, stores: Collection[str | None]) -> dict[str | None, str]:
    """The time zone of each of these stores; UTC where nobody told us of it."""
    query = select(col(Store.id), col(Store.time_zone)).where(col(Store.id).in_([each for each in stores if each]))
    known = {row.id: row.time_zone for row in await session.execute(query)}
    return {each: known.get(each, UNKNOWN) if each else UNKNOWN for each in stores}


async def zone(session: AsyncSession, store_id: str | None) -> str:
    """The time zone of one store."""
    return (await zones(session, [store_id]))[store_id]
