"""From every customer's facts to a reference and to what the studies find.

Reads the population twice and keeps numbers only, so that memory does not grow with it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from prometheus_client import Counter

from services.scoring.evaluation.references import References
from services.scoring.facts.fact import Fact
from services.scoring.facts.reading import (
    anonymous,
    catalogue,
    customers_after,
    facts_as_of,
    stores,
    surroundings,
)
from services.scoring.membership.segments import Segments
from services.scoring.metrics.history import read
from services.scoring.metrics.population import Census, contribution
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard, score
from services.scoring.studies.every import studies
from services.scoring.studies.study import Found, Setting, Subject
from shared.database import Connection

log = logging.getLogger(__name__)
LEFT_OUT = Counter("close_failures", "customers left out of a close because they could not be evaluated")
CHUNK = 50

Made = TypeVar("Made")
Tell = Callable[[str, int], None]
"""Hears at which step a close is, and how many customers it has looked at in it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """What a close makes. `customers`: how many it was made of; `findings`: by the study's name."""

    reference: Reference
    customers: int
    findings: dict[str, Found]


class Population:
    """The population as of a date, read over one connection in one snapshot."""

    def __init__(self, raw: Connection, as_of: datetime, rules: Rules, segments: Segments, tell: Tell) -> None:
        self.raw, self.as_of, self.rules, self.segments, self.tell = raw, as_of, rules, segments, tell
        self._everybody = _Everybody(raw, as_of)

    async def close(self) -> Closed:
        """The reference of the date (its revision still 0), and what the studies found.

        A customer who can't be evaluated is left out, so that one customer stops no close.
        """
        reference = await self._gathered()
        setting = Setting(
            as_of=self.as_of,
            rules=self.rules,
            reference=reference,
            segments=self.segments,
            stores=await stores(self.raw),
            anonymous=await anonymous(self.raw, self.as_of - self.rules.window, self.as_of),
        )
        return await self._studied(setting)

    async def _gathered(self) -> Reference:
        offered = await catalogue(self.raw)
        census, customers = Census(), 0
        async for customer in self._everybody.each(
            lambda _, facts: contribution(facts, self.as_of, self.rules, offered)
        ):
            census.add(customer)
            self.tell("gathering", customers := customers + 1)
        reference = census.reference(self.as_of, 0, offered)
        return replace(reference, surroundings=await surroundings(self.raw))

    async def _studied(self, setting: Setting) -> Closed:
        before = await References().in_force(self.raw, setting.begins)
        made, scores, customers = studies(setting), Census(), 0
        async for subject in self._everybody.each(lambda name, facts: _subject(name, facts, setting, before)):
            scores.add_scores(subject.card)
            for study in made:
                study.add(subject)
            self.tell("evaluating", customers := customers + 1)
        reference = replace(setting.reference, scores=scores.distributions())
        return Closed(reference, customers, {study.name: study.found() for study in made})


def _subject(name: str, facts: Sequence[Fact], setting: Setting, before: Reference | None) -> Subject:
    history = read(facts, setting.as_of, setting.rules)
    card = score(history, setting.rules, setting.reference)
    return Subject(
        name,
        history,
        card,
        segments=_segments(card, setting),
        segments_before=_segments_before(facts, setting, before),
    )


def _segments(card: Scorecard, setting: Setting) -> tuple[str, ...]:
    return setting.segments.of(card.fields()) if setting.segments.segments else ()


def _segments_before(facts: Sequence[Fact], setting: Setting, before: Reference | None) -> tuple[str, ...]:
    """In which segments the customer was when the last period began, by the reference that held then."""
    if not setting.segments.segments:
        return ()
    return _segments(score(read(facts, setting.begins, setting.rules), setting.rules, before), setting)


class _Everybody:
    """Every customer known by `as_of`; those who failed once are passed over from then on."""

    def __init__(self, raw: Connection, as_of: datetime) -> None:
        self.raw, self.as_of = raw, as_of
        self._left_out: set[str] = set()

    async def each(self, make: Callable[[str, list[Fact]], Made]) -> AsyncIterator[Made]:
        """What `make` makes of each customer's id and facts, in the order of the ids."""
        async for customer, facts in self._facts():
            try:
                made = make(customer, facts)
            except Exception:
                self._left_out.add(customer)
                LEFT_OUT.inc()
                log.exception("customer %s is left out of the close", customer)
            else:
                yield made

    async def _facts(self) -> AsyncIterator[tuple[str, list[Fact]]]:
        """Customer by customer, aliases with whom they stand for."""
        last = ""
        while customers := await customers_after(self.raw, last, CHUNK):
            for customer, facts in (await facts_as_of(self.raw, customers, self.as_of)).items():
                if customer not in self._left_out and any(fact.time < self.as_of for fact in facts):
                    yield customer, facts
            last = customers[-1]
            await asyncio.sleep(0)
