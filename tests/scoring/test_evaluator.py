"""The evaluator: marked and due customers become cards; no wake-up is lost."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from services.scoring.evaluation import batch as module
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.facts.families import Families
from services.scoring.facts.reading import facts_of_families
from services.scoring.generations.schema import FIRST
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import evaluate
from shared.database import Connection, raw_transaction
from tests.scoring.conftest import Scoring
from tests.support.told import NOON, purchase

LATER = NOON + timedelta(days=3)


async def test_S01_many_events_make_one_evaluation(scoring: Scoring) -> None:
    for number in range(5):
        await scoring.know(purchase("ann", f"p{number}", NOON + timedelta(hours=number)))
    assert len(await scoring.fetch("select from marks")) == 5
    assert await scoring.evaluator.evaluate_some(LATER) == 1
    assert await scoring.fetch("select from marks") == []
    assert await scoring.evaluator.evaluate_some(LATER) == 0


async def test_S01_a_redelivered_fact_marks_nobody(scoring: Scoring) -> None:
    bought = purchase("ann", "p1")
    await scoring.know(bought)
    await scoring.evaluator.evaluate_some(LATER)
    await scoring.know(bought, bought)
    assert await scoring.fetch("select from marks") == []
    assert len(await scoring.fetch("select from facts")) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_S01_a_fact_that_arrives_during_an_evaluation_is_not_lost(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Just before the facts are read, or just after: it is in the card, or it leaves a mark."""
    read = facts_of_families

    async def interrupted(connection: Connection, customers: Sequence[str], families: Families) -> Any:
        if moment == "before":
            await scoring.know(purchase("ann", "p2"))
        found = await read(connection, customers, families)
        if moment == "after":
            await scoring.know(purchase("ann", "p2"))
        return found

    await scoring.know(purchase("ann", "p1", NOON - timedelta(days=1)))
    monkeypatch.setattr(module, "facts_of_families", interrupted)
    await scoring.evaluator.evaluate_some(LATER)
    monkeypatch.setattr(module, "facts_of_families", read)
    assert len(await scoring.fetch("select from marks")) == 1
    assert await scoring.evaluator.evaluate_some(LATER) == 1
    [row] = await scoring.fetch("select card::json ->> 'phase' as phase from cards")
    assert row["phase"] == "retention"


async def test_S01_a_due_card_is_evaluated_without_an_event(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some(LATER)
    [row] = await scoring.fetch("select next_review_at from cards")
    assert LATER < row["next_review_at"] <= LATER + timedelta(days=30)
    assert await scoring.evaluator.evaluate_some(row["next_review_at"] + timedelta(seconds=1)) == 1


async def test_S01_two_evaluators_share_the_work(scoring: Scoring) -> None:
    customers = [f"c{number:03}" for number in range(120)]
    await scoring.know(*(purchase(customer, f"p-{customer}") for customer in customers))
    other = Evaluator(scoring.engine, FIRST, DEFAULT_RULES)
    while sum(await asyncio.gather(scoring.evaluator.evaluate_some(LATER), other.evaluate_some(LATER))):
        continue
    rows = await scoring.fetch("select customer_id from cards order by customer_id")
    assert [row["customer_id"] for row in rows] == customers
    assert await scoring.fetch("select from marks") == []


async def test_S01_a_customer_that_can_not_be_evaluated_stops_no_other(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(facts: Any, *given: Any) -> Any:
        if facts[0].subject == "p-ann":
            raise OverflowError
        return evaluate(facts, *given)

    monkeypatch.setattr(module, "evaluate", failing)
    await scoring.know(purchase("ann", "p-ann"), purchase("ben", "p-ben"))
    assert await scoring.evaluator.evaluate_some(LATER) == 2
    assert [row["customer_id"] for row in await scoring.fetch("select customer_id from cards")] == ["ben"]
    assert await scoring.fetch("select from marks") == []


async def test_S01_a_customer_that_another_evaluator_holds_keeps_the_mark(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"))
    async with raw_transaction(scoring.engine) as held:
        await held.fetch(module._LOCK, ["ann"], FIRST)
        assert await scoring.evaluator.evaluate_some(LATER) == 0
    assert await scoring.evaluator.evaluate_some(LATER) == 1


async def test_S01_a_card_that_can_not_be_made_anew_is_not_tried_at_once_for_ever(
    scoring: Scoring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any) -> Any:
        raise OverflowError

    await scoring.know(purchase("ann", "p1"))
    await scoring.evaluator.evaluate_some(LATER)
    monkeypatch.setattr(module, "evaluate", failing)
    due = LATER + timedelta(days=60)
    assert await scoring.evaluator.evaluate_some(due) == 1
    assert await scoring.evaluator.evaluate_some(due) == 0
    assert await scoring.evaluator.evaluate_some(due + timedelta(hours=2)) == 1


async def test_S14_changes_that_no_event_can_hold_stop_nobody(scoring: Scoring) -> None:
    await scoring.know(purchase("ann", "p1"), purchase("ben", "p2"))
    await scoring.execute("update marks set fact_time = '1899-01-01T00:00:00Z' where customer_id = 'ann'")
    assert await scoring.evaluator.evaluate_some(LATER) == 2
    assert [row["customer_id"] for row in await scoring.fetch("select customer_id from app.published")] == ["ben"]
