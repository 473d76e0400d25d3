"""From every customer's facts to a reference: catalogue and medians, contributions, cards, percentiles."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from prometheus_client import Counter

from services.scoring.facts.fact import Fact
from services.scoring.facts.reading import catalogue, customers_after, facts_as_of, surroundings
from services.scoring.metrics.population import Census, contribution
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import evaluate
from shared.database import Connection

log = logging.getLogger(__name__)
LEFT_OUT = Counter("close_failures", "customers left out of a close because they could not be evaluated")
CHUNK = 50

Made = TypeVar("Made")


async def make_reference(raw: Connection, as_of: datetime, rules: Rules) -> tuple[Reference, int]:
    """The reference of a date (its revision still 0) and how many customers it was made of.

    Reads the population twice and keeps numbers only, so that memory does not grow with it. A customer who can't
    be evaluated is left out, so that one customer stops no close.
    """
    offered = await catalogue(raw)
    everybody = _Everybody(raw, as_of)
    census = Census()
    async for customer in everybody.each(lambda facts: contribution(facts, as_of, rules, offered)):
        census.add(customer)
    reference = replace(census.reference(as_of, 0, offered), surroundings=await surroundings(raw))
    scores, customers = Census(), 0
    async for card in everybody.each(lambda facts: evaluate(facts, as_of, rules, reference)):
        scores.add_scores(card)
        customers += 1
    return replace(reference, scores=scores.distributions()), customers


class _Everybody:
    """Every customer known by `as_of`; those who failed once are passed over from then on."""

    def __init__(self, raw: Connection, as_of: datetime) -> None:
        self.raw, self.as_of = raw, as_of
        self._left_out: set[str] = set()

    async def each(self, make: Callable[[list[Fact]], Made]) -> AsyncIterator[Made]:
        """What `make` makes of each customer's facts, in the order of their ids."""
        async for customer, facts in self._facts():
            try:
                made = make(facts)
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
