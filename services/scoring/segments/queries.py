"""Reading segments, their members, and how far their lists are behind."""

from sqlalchemy import BigInteger, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.base import Membership, Segment
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_CARDS = table("cards", column("segments_revision", BigInteger))
COUNTED = 1000
"""Due cards are counted so far: it is asked with every page of members."""


async def one(session: AsyncSession, segment_id: str) -> Segment:
    """The segment; raises 404 where there is none."""
    row = await session.get(Segment, segment_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no segment {segment_id}")
    return row


async def page(
    session: AsyncSession, active: bool | None, limit: int, cursor: str | None
) -> tuple[list[Segment], str | None]:
    """Segments in the order of their ids; `active`: only those in use, or only those that are not."""
    query = select(Segment) if active is None else select(Segment).where(col(Segment.active) == active)
    return await keyset(session, query, limit, cursor, col(Segment.id))


async def members(
    session: AsyncSession, segment: Segment, left: bool, limit: int, cursor: str | None
) -> tuple[list[Membership], str | None]:
    """Who is in a segment, or who left it, in the order of customers and of time.

    Nobody is in one out of use, though it takes the evaluator a while to tell so of everybody.
    """
    if not (left or segment.active):
        return [], None
    ended = col(Membership.left_at).is_not(None) if left else col(Membership.left_at).is_(None)
    query = select(Membership).where(col(Membership.segment_id) == segment.id, ended)
    return await keyset(session, query, limit, cursor, col(Membership.customer_id), col(Membership.entered_at))


async def due(session: AsyncSession, segment: Segment) -> int:
    """How many cards were made before the segment's rule of now, `COUNTED` at most."""
    older = select(_CARDS).where(_CARDS.c.segments_revision < segment.revision).limit(COUNTED)
    return int((await session.execute(select(func.count()).select_from(older.subquery()))).scalar_one())
