"""Reading what stores did for customers."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.served.tables import Purchase, Store, Visit
from shared.aliases import family

UNKNOWN_ZONE = "UTC"
"""Of a store that nobody told us of."""
_COUNTS = text("""
    select store_id, sum(transactions)::int as transactions, sum(visits)::int as visits, sum(services)::int as services
    from (
        select store_id, 1 as transactions, 0 as visits, 0 as services, occurred_at from purchases where not void
        union all select store_id, 0, 1, 0, occurred_at from visits
        union all select store_id, 0, 0, 1, occurred_at from services_rendered
    ) as served
    where occurred_at >= :start and occurred_at < :end and (:every or store_id = any(:stores))
    group by store_id
""")


class Served(NamedTuple):
    """How much a store did in a period: sales (anonymous and returned ones too), visits, and services beside them."""

    transactions: int = 0
    visits: int = 0
    services: int = 0


async def purchases(session: AsyncSession, ids: Collection[str]) -> dict[str, Purchase]:
    """Those of these purchases that are known, by id."""
    known = col(Purchase.id).in_(ids), col(Purchase.void).is_(False)
    rows = (await session.execute(select(Purchase).where(*known))).scalars()
    return {row.id: row for row in rows}


async def purchase(session: AsyncSession, purchase_id: str) -> Purchase | None:
    """The purchase, once it is known."""
    return (await purchases(session, [purchase_id])).get(purchase_id)


async def visit(session: AsyncSession, visit_id: str) -> Visit | None:
    """The visit, once it is known."""
    return await session.get(Visit, visit_id)


async def last_store(session: AsyncSession, customer_id: str) -> str | None:
    """The store where the customer bought last."""
    theirs = col(Purchase.customer_id).in_(await family(session, customer_id))
    newest = (
        select(col(Purchase.store_id))
        .where(theirs, col(Purchase.void).is_(False))
        .order_by(col(Purchase.occurred_at).desc(), col(Purchase.id))
    )
    return await session.scalar(newest.limit(1))


async def counts(
    session: AsyncSession, start: datetime, end: datetime, stores: Collection[str] | None = None
) -> dict[str | None, Served]:
    """What each store did in `[start, end)`; of these stores, or of all. One that did nothing is left out."""
    bounds = {"start": start, "end": end, "every": stores is None, "stores": list(stores or ())}
    return {row.store_id: Served(*row[1:]) for row in await session.execute(_COUNTS, bounds)}


async def zone(session: AsyncSession, store_id: str) -> str:
    """The store's time zone; UTC where nobody told us, or told us of one that there is not."""
    known = await session.get(Store, store_id)
    return UNKNOWN_ZONE if known is None or not _is_zone(known.time_zone) else known.time_zone


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
