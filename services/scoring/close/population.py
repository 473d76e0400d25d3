"""From every customer's facts to a reference and to what the studies find.

Reads the population twice and keeps numbers only, so that memory does not grow with it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from prometheus_client import Counter

from services.scoring.close.studying import Studying
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
from services.scoring.membership.placing import segments_of
from services.scoring.membership.segments import Segments
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import read
from services.scoring.metrics.population import Census, contribution
from services.scoring.metrics.population_rules import ValueRules
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import score
from services.scoring.metrics.value_model import ValueModel
from services.scoring.studies.fitting import fit
from services.scoring.studies.study import Setting, Subject
from shared.database import Connection

log = logging.getLogger(__name__)
LEFT_OUT = Counter("close_failures", "customers left out of a close because they could not be evaluated")
CHUNK = 50

Made = TypeVar("Made")
Tell = Callable[[str, int], None]
"""Hears at which step a close is, and how many customers it has looked at in it."""


class Population:
    """The population as of a date, read over one connection in one snapshot."""

    def __init__(self, raw: Connection, as_of: datetime, rules: Rules, segments: Segments, tell: Tell) -> None:
        self.raw, self.as_of, self.rules, self.segments, self.tell = raw, as_of, rules, segments, tell
        self._everybody = _Everybody(raw, as_of)

    async def studied(self) -> Studying:
        """The studies, and the reference of the date (its revision still 0), after everybody was looked at.

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
        reference = await self._valued(census, census.reference(self.as_of, 0, offered))
        return replace(reference, surroundings=await surroundings(self.raw))

    async def _valued(self, census: Census, reference: Reference) -> Reference:
        """The reference with a value model, in a thread: live cards are made beside us."""
        before = await References().in_force(self.raw, self.as_of - MOMENT)
        previous = None if before is None else before.model
        return await asyncio.to_thread(_fitted, census, reference, self.rules.value, previous)

    async def _studied(self, setting: Setting) -> Studying:
        before = await References().in_force(self.raw, setting.begins)
        setting = replace(setting, members_known=before is not None)
        studying = Studying(setting)
        async for subject in self._everybody.each(lambda name, facts: _subject(name, facts, setting, before)):
            studying.take(subject)
            self.tell("evaluating", studying.customers)
        return studying


def _fitted(census: Census, reference: Reference, rules: ValueRules, previous: ValueModel | None) -> Reference:
    model = fit(
        census.buyings,
        unit_days=rules.unit / timedelta(days=1),
        until=reference.as_of.astimezone(UTC).date() - timedelta(days=1),
        least=rules.least,
        previous=previous,
        as_of=reference.as_of,
    )
    if model is None:
        return reference
    return replace(reference, model=model, values={**reference.values, **census.worths(model, rules)})


def _subject(name: str, facts: Sequence[Fact], setting: Setting, before: Reference | None) -> Subject:
    history = read(facts, setting.as_of, setting.rules)
    card = score(history, setting.rules, setting.reference)
    return Subject(
        name,
        history,
        card,
        segments=segments_of(card, setting.segments),
        segments_before=_segments_before(facts, setting, before),
    )


def _segments_before(facts: Sequence[Fact], setting: Setting, before: Reference | None) -> tuple[str, ...]:
    """In which segments the customer was when the last period began, by the reference that held then, if one did."""
    if before is None or not setting.segments.segments:
        return ()
    card = score(read(facts, setting.begins, setting.rules), setting.rules, before)
    return segments_of(card, setting.segments)


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
                    await asyncio.sleep(0)  # live cards are made beside us, in this very process
            last = customers[-1]
