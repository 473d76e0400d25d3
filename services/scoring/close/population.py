"""From every customer's facts to a reference: catalogue and medians, contributions, cards, percentiles."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.facts.reading import catalogue, customers_after, facts_as_of, surroundings
from services.scoring.metrics.population import Census, contribution
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import evaluate
from shared.database import Connection

CHUNK = 50


async def make_reference(raw: Connection, as_of: datetime, rules: Rules) -> tuple[Reference, int]:
    """The reference of a date (its revision still 0) and how many customers it was made of.

    Reads the population twice and keeps numbers only, so that memory does not grow with it.
    """
    offered = await catalogue(raw)
    census = Census()
    async for facts in _everybody(raw, as_of):
        census.add(contribution(facts, as_of, rules, offered))
    reference = replace(census.reference(as_of, 0, offered), surroundings=await surroundings(raw))
    scores, customers = Census(), 0
    async for facts in _everybody(raw, as_of):
        scores.add_scores(evaluate(facts, as_of, rules, reference))
        customers += 1
    return replace(reference, scores=scores.distributions()), customers


async def _everybody(raw: Connection, as_of: datetime) -> AsyncIterator[list[Fact]]:
    """The facts of every customer known by `as_of`, customer by customer, aliases with whom they stand for."""
    last = ""
    while customers := await customers_after(raw, last, CHUNK):
        for facts in (await facts_as_of(raw, customers, as_of)).values():
            if any(fact.time < as_of for fact in facts):
                yield facts
        last = customers[-1]
        await asyncio.sleep(0)
