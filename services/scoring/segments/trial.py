"""Trying a rule: what it would do with the cards as they are stored."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from sqlalchemy import Row, String, Text, column, select, table
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.scoring.membership.fields import fields_told
from services.scoring.segments import queries
from services.scoring.segments.models import Preview, PreviewAsked
from shared.web.problems import TOO_MANY, Problem

_CARDS = table(
    "cards",
    column("customer_id", String),
    column("phase", String),
    column("segments", ARRAY(Text)),
    column("card", String),
)
CHUNK, SAMPLE = 100, 20
AT_ONCE = 2
"""Previews in one process: each reads every card, over a connection that others wait for."""


class Turns:
    """The previews that run in this process."""

    def __init__(self) -> None:
        self._running = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises 429 where as many run as may."""
        if self._running >= AT_ONCE:
            raise Problem(TOO_MANY, f"{AT_ONCE} previews are running already", headers={"Retry-After": "5"})
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


TURNS = Turns()


async def preview(session: AsyncSession, asked: PreviewAsked) -> Preview:
    """Hold the rule against every stored card; raises 404 for a segment that is not there."""
    segment = None if asked.segment_id is None else await queries.one(session, asked.segment_id)
    found, last = _Counted(asked, segment is not None and segment.active), ""
    query = select(_CARDS).where(_CARDS.c.phase.is_not(None)).order_by(_CARDS.c.customer_id).limit(CHUNK)
    while rows := (await session.execute(query.where(_CARDS.c.customer_id > last))).all():
        await asyncio.to_thread(found.add, rows)  # reading cards takes a while, and others are to be answered meanwhile
        last = rows[-1].customer_id
    return found.told


class _Counted:
    """A preview as far as it is counted."""

    def __init__(self, asked: PreviewAsked, in_use: bool) -> None:
        self.asked, self.names, self.in_use = asked, asked.rule.named(), in_use
        compared = None if asked.segment_id is None else 0
        self.told = Preview(entering=compared, leaving=compared)

    def add(self, rows: Sequence[Row[Any]]) -> None:
        """Some more cards."""
        for row in rows:
            self._add(row.customer_id, row.segments, row.card)

    def _add(self, customer: str, segments: list[str], card: str) -> None:
        told, inside = self.told, self.asked.rule.holds(fields_told(orjson.loads(card), self.names))
        told.customers += 1
        told.members += inside
        if inside and len(told.sample) < SAMPLE:
            told.sample.append(customer)
        if told.entering is not None and told.leaving is not None:
            before = self.in_use and self.asked.segment_id in segments
            told.entering += inside and not before
            told.leaving += before and not inside
