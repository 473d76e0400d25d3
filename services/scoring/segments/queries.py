"""Reading segments, their members, and what a rule would do."""

import asyncio

import orjson
from sqlalchemy import String, Text, column, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.scoring.base import Membership, Segment
from services.scoring.membership.fields import fields_told
from services.scoring.segments.models import Preview, PreviewAsked
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_CARDS = table(
    "cards",
    column("customer_id", String),
    column("phase", String),
    column("segments", ARRAY(Text)),
    column("card", String),
)
CHUNK, SAMPLE = 100, 20


async def one(session: AsyncSession, segment_id: str) -> Segment:
    """The segment; raises 404 where there is none."""
    row = await session.get(Segment, segment_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no segment {segment_id}")
    return row


async def page(session: AsyncSession, limit: int, cursor: str | None) -> tuple[list[Segment], str | None]:
    """Segments in the order of their ids."""
    return await keyset(session, select(Segment), limit, cursor, col(Segment.id))


async def members(
    session: AsyncSession, segment_id: str, left: bool, limit: int, cursor: str | None
) -> tuple[list[Membership], str | None]:
    """Who is in a segment, or who left it, in the order of customers and of time."""
    ended = col(Membership.left_at).is_not(None) if left else col(Membership.left_at).is_(None)
    query = select(Membership).where(col(Membership.segment_id) == segment_id, ended)
    return await keyset(session, query, limit, cursor, col(Membership.customer_id), col(Membership.entered_at))


async def preview(session: AsyncSession, asked: PreviewAsked) -> Preview:
    """Hold the rule against every stored card; raises 404 for a segment that is not there."""
    if asked.segment_id is not None:
        await one(session, asked.segment_id)
    found, last = _Counted(asked), ""
    query = select(_CARDS).where(_CARDS.c.phase.is_not(None)).order_by(_CARDS.c.customer_id).limit(CHUNK)
    while rows := (await session.execute(query.where(_CARDS.c.customer_id > last))).all():
        for row in rows:
            found.add(row.customer_id, row.segments, row.card)
        last = rows[-1].customer_id
        await asyncio.sleep(0)
    return found.told


class _Counted:
    """A preview as far as it is counted."""

    def __init__(self, asked: PreviewAsked) -> None:
        self.asked = asked
        compared = None if asked.segment_id is None else 0
        self.told = Preview(entering=compared, leaving=compared)

    def add(self, customer: str, segments: list[str], card: str) -> None:
        """One more card."""
        told, inside = self.told, self.asked.rule.holds(fields_told(orjson.loads(card)))
        told.customers += 1
        told.members += inside
        if inside and len(told.sample) < SAMPLE:
            told.sample.append(customer)
        if told.entering is not None and told.leaving is not None:
            before = self.asked.segment_id in segments
            told.entering += inside and not before
            told.leaving += before and not inside
