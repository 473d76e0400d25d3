"""Reading limits of authority and what was asked for beyond them."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.authority.domain import Limits
from services.complaints.authority.tables import AuthorityLimit, RemedyRequest
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem


async def limits(session: AsyncSession, currency: str) -> Limits:
    """The limits of a currency by level; none where it is not governed."""
    query = select(AuthorityLimit).where(col(AuthorityLimit.currency) == currency)
    return {row.level: row.amount for row in (await session.execute(query)).scalars()}


async def governed(session: AsyncSession) -> bool:
    """Whether any currency is governed."""
    return (await session.execute(select(exists(select(AuthorityLimit))))).scalar_one()


async def one(session: AsyncSession, level: int, currency: str) -> AuthorityLimit:
    """The limit of that level and currency; raises a 404 problem."""
    row = await session.get(AuthorityLimit, (level, currency))
    if row is None:
        raise Problem(NOT_FOUND, f"no limit of level {level} in {currency}")
    return row


async def page(
    session: AsyncSession, limit: int, cursor: str | None, currency: str | None
) -> tuple[list[AuthorityLimit], str | None]:
    """Limits by currency and level, and the next cursor."""
    query = select(AuthorityLimit)
    if currency is not None:
        query = query.where(col(AuthorityLimit.currency) == currency)
    return await keyset(session, query, limit, cursor, col(AuthorityLimit.currency), col(AuthorityLimit.level))


async def requests(session: AsyncSession, complaints: Sequence[str]) -> Sequence[RemedyRequest]:
    """What was asked for in these cases, in their order."""
    query = select(RemedyRequest).where(col(RemedyRequest.complaint_id).in_(complaints))
    query = query.order_by(col(RemedyRequest.complaint_id), col(RemedyRequest.number))
    return (await session.execute(query)).scalars().all()
