"""The next review: a card is due at the moment at which an outcome changes by time alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.catalogue import Catalogue, Offer
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import Scorecard, evaluate
from services.scoring.metrics.surroundings import Decline, Surroundings
from shared.events.customers import CustomerRegistered
from tests.scoring.metrics.dealing_facts import parted, promised, related
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    ago,
    exit_stated,
    fact,
    line,
    opened,
    purchase,
    reference,
    registered,
    resolved,
)
from tests.scoring.metrics.service_facts import done, task

MOMENT = timedelta(microseconds=1)
WEEKLY = [purchase(f"w{at}", ago(2 + 7 * at), line("A", "1.00")) for at in range(35)]
"""Of extension with a second category: silent too long in 28 days, 30 being usual at least."""
FARMER = fact(CustomerRegistered(kind="individual", completeness=0.5, sector="FARMING"), "customer", ago(500))
SILENT = [FARMER, *(purchase(f"p{at}", ago(100 + 10 * at)) for at in range(5))]


def due(*facts: Fact, base: Reference | None = None) -> timedelta:
    return evaluate(facts, AS_OF, DEFAULT_RULES, base).next_review_at - AS_OF


def card(after: timedelta, *facts: Fact, base: Reference | None = None) -> Scorecard:
    return evaluate(facts, AS_OF + after, DEFAULT_RULES, base)


@pytest.mark.parametrize(
    ("bought", "turn"),
    [
        ((170,), 10 * DAY + MOMENT),
        ((170, 100), 10 * DAY + MOMENT),  # bought again, it is new no longer than that
        ((180,), MOMENT),
        ((181,), 28 * DAY + MOMENT),
        ((), 28 * DAY + MOMENT),
    ],
)
def test_S04_a_card_is_due_when_a_new_category_comes_of_age(bought: tuple[int, ...], turn: timedelta) -> None:
    facts = [*WEEKLY, *(purchase(f"n{day}", ago(day), line("B", "1.00")) for day in bought)]
    assert due(*facts) == turn


def test_S04_a_new_category_is_new_until_the_card_is_due() -> None:
    facts = [*WEEKLY, purchase("n", ago(170), line("B", "1.00"))]
    before, after = (card(10 * DAY + late, *facts).cs["customer"].inputs for late in (timedelta(0), MOMENT))
    assert (before["new_categories"], after["new_categories"]) == (["B"], [])
    assert (before["new_category"], after["new_category"]) == (100.0, 0.0)


def around(day: date) -> list[Surroundings]:
    return [
        Surroundings(stores={"S": day}),
        Surroundings(channels={"app": day}),
        Surroundings(sectors={"FARMING": (Decline(day, None, None, "decline"),)}),
    ]


@pytest.mark.parametrize("kind", range(3))
def test_S04_a_card_is_due_when_something_ends_around_the_customer(kind: int) -> None:
    def base(day: date) -> Reference:
        return reference(surroundings=around(day)[kind])

    assert due(FARMER, base=base(date(2018, 1, 11))) == 10 * DAY + MOMENT
    assert due(FARMER, base=base(date(2018, 1, 1))) == MOMENT
    assert due(FARMER, base=base(date(2017, 12, 31))) == 30 * DAY
    assert due(FARMER, base=base(date(2018, 3, 1))) == 30 * DAY


def test_S04_a_decline_is_evidence_from_when_the_card_is_due_and_after_its_end() -> None:
    declining = (Decline(date(2018, 1, 11), date(2018, 1, 21), None, "decline"),)
    base = reference(surroundings=Surroundings(sectors={"FARMING": declining}))
    lengths = (10 * DAY, 10 * DAY + MOMENT, 20 * DAY, 25 * DAY)
    assert [len(card(length, *SILENT, base=base).defection.evidence) for length in lengths] == [0, 1, 1, 1]


@pytest.mark.parametrize("ending", [False, True])
def test_S04_a_card_is_due_when_what_is_on_offer_changes(ending: bool) -> None:
    def base(day: date) -> Reference:
        offer = Offer(date(2016, 1, 1), day) if ending else Offer(day, None, Decimal("0.25"))
        return reference(Catalogue({"A": (offer,), "B": (Offer(date(2016, 1, 1)),)}))

    assert due(FARMER, base=base(date(2018, 1, 11))) == 10 * DAY
    assert due(FARMER, base=base(date(2018, 1, 1))) == 30 * DAY
    assert due(FARMER, base=base(date(2018, 3, 1))) == 30 * DAY
    offered = [
        card(length, *WEEKLY, base=base(date(2018, 1, 11))).cs["categories"].inputs["offered"]
        for length in (10 * DAY - MOMENT, 10 * DAY)
    ]
    assert offered == ([2, 1] if ending else [1, 2])


LEAVING: dict[str, tuple[Fact, ...]] = {
    "a case": (opened("c", ago(360)), resolved("c", ago(359.5))),
    "a follow-up": (task("t", ago(360), ago(350)), done("t", ago(355))),
    "a commitment": (promised("k", ago(360), ago(300)),),
    "a link's commitment by its due time": (related("l", ago(900)), promised("k", ago(700), ago(360), "l")),
    "a link ended": (related("l", ago(900)), parted("l", ago(360))),
    "a customer come back": (exit_stated(ago(800)), purchase("p", ago(360)), purchase("q", ago(2))),
}


@pytest.mark.parametrize("what", LEAVING)
def test_S04_a_card_is_due_when_a_whole_outcome_leaves_the_window(what: str) -> None:
    facts = LEAVING[what]
    assert due(*facts) == 5 * DAY + MOMENT
    before, at, after = (outcome(card(length, *facts)) for length in (timedelta(0), 5 * DAY, 5 * DAY + MOMENT))
    assert before == at != after


def outcome(found: Scorecard) -> tuple[object, ...]:
    care, chain = found.cs["customer_care"], found.cs["chain_of_relationships"]
    return care.score, care.n, chain.score, chain.n, found.defection.reactivated


def test_S04_a_card_whose_outcomes_left_the_window_is_due_at_the_review() -> None:
    assert due(registered(ago(900)), opened("c", ago(366)), task("t", ago(366), ago(360))) == 30 * DAY
