"""Publishing: a card's changes go out through the outbox, in the transaction that stores the card."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import asyncpg
from prometheus_client import Counter

from services.scoring.evaluation.changes import Cause, changes, standing
from services.scoring.evaluation.crossings import Crossing, keep
from services.scoring.membership.segments import Segments
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from shared.database import Connection
from shared.events import Event, Payload
from shared.events.scores import Standing
from shared.outbox import make_event, record_by_driver

log = logging.getLogger(__name__)
UNTOLD = Counter("evaluator_untold", "cards whose changes no event could hold")

_TOLD = """
    select customer_id, index_value, phase, bond_level, at_risk, segments from app.published
    where customer_id = any($1)
"""
_NOTE = """
    insert into app.published (customer_id, index_value, phase, bond_level, at_risk) values ($1, $2, $3, $4, $5)
    on conflict (customer_id) do update
    set index_value = excluded.index_value, phase = excluded.phase, bond_level = excluded.bond_level,
        at_risk = excluded.at_risk
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What a batch made at `now` of customers whose locks we hold. `gone`: those who have no card any more."""

    now: datetime
    segments: Segments
    cards: Mapping[str, Scorecard] = field(default_factory=dict)
    gone: Sequence[str] = ()


async def publish(connection: Connection, made: Made, since: Mapping[str, datetime | None], rules: Rules) -> int:
    """Publish what is worth telling; returns how many events.

    `since`: the earliest new fact of each customer, None where there was none.
    """
    rows = await connection.fetch(_TOLD, [*made.cards, *made.gone])
    told, news = {row["customer_id"]: _told(row) for row in rows}, _News(made, rules)
    for customer, card in made.cards.items():
        news.add(customer, card, told.get(customer, _NOTHING), Cause.of(since.get(customer), made.now))
    for customer in made.gone:
        news.cross(customer, told.get(customer, _NOTHING), (), Cause(None, False))
    return await news.write(connection)


class _Told(NamedTuple):
    """What was last published of a customer: nothing, where `standing` is None."""

    standing: Standing | None = None
    segments: Sequence[str] = ()


_NOTHING = _Told()


class _News:
    """What a batch has to tell."""

    def __init__(self, made: Made, rules: Rules) -> None:
        self.made, self.rules = made, rules
        self._events: list[Event] = []
        self._standings: list[tuple[object, ...]] = []
        self._crossings: list[Crossing] = []

    def add(self, customer: str, card: Scorecard, before: _Told, cause: Cause) -> None:
        """What changed in a card since it was told."""
        found = _changes(customer, before.standing, card, cause, self.rules)
        self._tell(customer, found)
        if found:
            now = standing(card)
            self._standings.append((customer, now.index, now.phase, now.bond_level, now.at_risk))
        # Of whom nothing could be told there is no row to keep the segments in: both wait for the next card.
        if found or before.standing is not None:
            self.cross(customer, before, card.segments, cause)

    def cross(self, customer: str, before: _Told, segments: Sequence[str], cause: Cause) -> None:
        """Which segments were left and entered since it was told."""
        crossing = Crossing(customer, before.segments, segments)
        self._crossings.append(crossing)
        self._tell(customer, crossing.payloads(self.made.segments, cause))

    def _tell(self, customer: str, payloads: Sequence[Payload]) -> None:
        now = self.made.now
        self._events += [
            make_event(payload, source="/crm/scoring", key=customer, subject=customer, time=now, recorded=now)
            for payload in payloads
        ]

    async def write(self, connection: Connection) -> int:
        """Put it into the outbox, and note that it was told."""
        if self._events:
            await record_by_driver(connection, self._events)
            await connection.executemany(_NOTE, self._standings)
            await keep(connection, self._crossings, self.made.now)
        return len(self._events)


def _changes(customer: str, before: Standing | None, card: Scorecard, cause: Cause, rules: Rules) -> Sequence[Payload]:
    """The changes; none where an event can't hold them, so that one customer stops no other."""
    try:
        return changes(before, card, cause, rules)
    except ValueError:
        UNTOLD.inc()
        log.exception("changes of customer %s can't be told", customer)
        return []


def _told(row: asyncpg.Record) -> _Told:
    told = {name: row[name] for name in ("phase", "bond_level", "at_risk")}
    return _Told(Standing.model_validate(told | {"index": row["index_value"]}), row["segments"])
