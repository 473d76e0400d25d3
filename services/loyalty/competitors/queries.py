"""Reading the register of competitors, and what was told of them. What is of no store, every store's staff may read."""

from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.competitors.tables import (
    Competitor,
    CompetitorObservation,
    CompetitorOffer,
    PriceMatchRequest,
)
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import INVALID, NOT_FOUND, Problem

Told = TypeVar("Told", CompetitorObservation, PriceMatchRequest)


async def one(session: AsyncSession, competitor_id: str) -> Competitor:
    """The competitor of that id; raises a 404 problem."""
    row = await session.get(Competitor, competitor_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no competitor {competitor_id}")
    return row


async def demand(session: AsyncSession, competitor_id: str | None) -> None:
    """Raises a 422 problem for a competitor who is told and not in the register."""
    if competitor_id is not None and await session.get(Competitor, competitor_id) is None:
        fault = {"pointer": "/competitor_id", "detail": f"{competitor_id} is not in the register of competitors"}
        raise Problem(INVALID, "look at /competitor_id", errors=[fault])


async def page(session: AsyncSession, limit: int, cursor: str | None) -> tuple[list[Competitor], str | None]:
    """Competitors in the order of their ids, and the next cursor."""
    return await keyset(session, select(Competitor), limit, cursor, col(Competitor.id))


async def offer(session: AsyncSession, competitor_id: str, offer_id: str) -> CompetitorOffer:
    """The competitor's offer of that id; raises a 404 problem."""
    row = await session.get(CompetitorOffer, (competitor_id, offer_id))
    if row is None:
        raise Problem(NOT_FOUND, f"no offer {offer_id} of {competitor_id}")
    return row


async def offers(
    session: AsyncSession, competitor_id: str, limit: int, cursor: str | None, *conditions: ColumnElement[bool]
) -> tuple[list[CompetitorOffer], str | None]:
    """A competitor's offers in the order of their ids, and the next cursor."""
    query = select(CompetitorOffer).where(col(CompetitorOffer.competitor_id) == competitor_id, *conditions)
    return await keyset(session, query, limit, cursor, col(CompetitorOffer.id))


async def told(session: AsyncSession, kind: type[Told], key: str, caller: Principal, what: str) -> Told:
    """The observation or request of that id; raises a 404 problem, for another store's too. `what`: it, for people."""
    row = await session.get(kind, key)
    if row is None:
        raise Problem(NOT_FOUND, f"no {what} {key}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def all_told(
    session: AsyncSession,
    kind: type[Told],
    caller: Principal,
    limit: int,
    cursor: str | None,
    *conditions: ColumnElement[bool],
) -> tuple[list[Told], str | None]:
    """Observations or requests as they were taken down, oldest first, and the next cursor."""
    query = select(kind).where(*conditions)
    if caller.stores is not None:
        store = col(kind.store_id)
        query = query.where(or_(store.is_(None), store.in_(sorted(caller.stores))))
    return await keyset(session, query, limit, cursor, col(kind.created_at), col(kind.id))
