"""Reading what a store's employees answered, all of them together."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.pulses.tables import Pulse


async def pulses(session: AsyncSession, store_id: str, start: datetime, end: datetime) -> list[Pulse]:
    """What was answered in this store in `[start, end)`."""
    at = col(Pulse.occurred_at)
    query = select(Pulse).where(col(Pulse.store_id) == store_id, at >= start, at < end)
    return list((await session.execute(query)).scalars())
