"""Collaboration and integration: orders, cases and reviews where processes are joined."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.collaboration import collaboration, turns
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.customers import UseKind
from tests.scoring.metrics.dealing_facts import (
    bill,
    complained,
    corrected,
    ended,
    offered,
    organization,
    review,
    started,
    used,
)
from tests.scoring.metrics.facts import AS_OF, ago, line, purchase, registered, returned

MOMENT = timedelta(microseconds=1)


def joined(*facts: Fact, as_of: datetime = AS_OF) -> Metric:
    return collaboration(read(facts, as_of, DEFAULT_RULES), DEFAULT_RULES)


def expected(*facts: Fact, as_of: datetime = AS_OF) -> float | None:
    found: float | None = joined(organization(ago(900)), *facts, as_of=as_of).inputs["reviews_expected"]
    return found


def test_C13_null_when_no_integration_was_ever_offered() -> None:
    found = joined(purchase("p", ago(3)), organization(ago(9)), review("r", ago(2)))
    assert (found.score, found.n, found.reason) == (None, 0, "No integration was ever offered.")
    quiet = joined(offered("i", ago(9)))
    assert (quiet.score, quiet.inputs["integrations"]) == (None, 1)
    assert "nothing was ordered or asked for" in quiet.reason


def test_C13_share_of_orders_and_cases_through_an_integration() -> None:
    facts = [started("i", ago(500)), ended("i", ago(2)), purchase("a", ago(9)), complained("c", ago(5))]
    facts += [bill("b", ago(365), integration_id="i"), complained("d", ago(4), integration="i")]
    found = joined(*facts)
    assert (found.score, found.value, found.n) == (50.0, 0.5, 4)  # one order of two, one case of two
    assert found.reason == "2 of 4 orders and cases came through an integration."
    assert [fact.subject for fact in found.evidence] == ["d", "b"]
    assert joined(*facts, as_of=AS_OF + MOMENT).score == 33.3333  # the order is out of the window


def test_C13_an_integration_offered_and_not_used_is_an_observed_failure() -> None:
    for proof in (offered("i", ago(500)), used("i", ago(500)), ended("i", ago(500))):
        assert joined(proof, purchase("p", ago(9))).score == 0.0


def test_C13_orders_wholly_returned_are_none_and_corrected_ones_stay() -> None:
    order = bill("p", ago(9), integration_id="i")
    facts = [offered("i", ago(500)), order, purchase("q", ago(8))]
    assert joined(*facts, returned(order, ago(7))).score == 0.0
    assert joined(*facts, corrected(order, ago(7), line("A", "3.00"))).score == 50.0


def test_C13_organizations_hold_joint_reviews() -> None:
    facts = [started("i", ago(182.5), reviews=4), bill("p", ago(9), integration_id="i"), purchase("q", ago(9))]
    held = [review("r", ago(100))]
    found = joined(organization(ago(900)), *facts, *held)
    # half a year of four reviews: 1 of 2 held; 1 of 2 orders through it
    assert (found.inputs["reviews_expected"], found.inputs["reviews_share"], found.score) == (2.0, 0.5, 50.0)
    assert found.n == 4
    assert "1 joint review held of 2.0 expected" in found.reason
    more = [used("i", ago(50), "review"), used("i", ago(40), "order"), review("x", ago(30)), review("old", ago(366))]
    assert joined(organization(ago(900)), *facts, *more[:2]).inputs["reviews_held"] == 1
    assert joined(organization(ago(900)), *facts, *held, *more).inputs["reviews_share"] == 1.0  # 3 of 2: 1 at most
    assert joined(organization(ago(900)), *facts, *held, *more).score == 83.3333  # of 3 orders the used one is through
    assert joined(registered(ago(900)), *facts).inputs["reviews_expected"] is None
    assert joined(registered(ago(900)), *facts, organization(ago(3))).inputs["reviews_share"] == 0.0


def test_C13_a_joint_review_told_again_is_one() -> None:
    facts = [organization(ago(900)), started("i", ago(365), reviews=4)]
    told = [review("r", ago(100)), review("r", ago(99)), review("r", ago(80)), review("old", ago(366))]
    again = review("old", ago(360))  # concluded in the window, held before it
    found = joined(*facts, *told, again)
    assert (found.inputs["reviews_held"], found.inputs["reviews_share"]) == (1, 0.25)
    assert [fact.time for fact in found.evidence] == [ago(100)]
    uses = [used("i", ago(50), "review"), used("i", ago(40), "review")]
    assert joined(*facts, *told, *uses).inputs["reviews_held"] == 3


@pytest.mark.parametrize(
    ("facts", "reviews"),
    [
        ([started("i", ago(800), 4)], 4.0),  # no more than the window
        ([started("i", ago(800), 4), ended("i", ago(400))], 0.0),
        ([started("i", ago(800), 4), ended("i", ago(292))], 0.8),
        ([ended("i", ago(801)), started("i", ago(800), 4)], 4.0),  # an end of nothing
        ([started("i", ago(300), 4), ended("i", ago(227)), started("i", ago(73), 4)], 1.6),
        ([started("i", ago(365), 4), started("i", ago(73), 9)], 5.0),  # 292 d of four, 73 d of nine
        ([started("i", ago(73), 5), started("j", ago(73), 10), offered("k", ago(300))], 3.0),
        ([started("i", ago(365), 1_000_000_000)], 1e9),
    ],
)
def test_C13_reviews_expected_while_an_integration_is_active(facts: list[Fact], reviews: float) -> None:
    assert expected(*facts) == reviews


def test_C13_reviews_say_nothing_before_the_first_is_due() -> None:
    facts = [organization(ago(900)), started("i", ago(73), reviews=5), purchase("p", ago(9))]
    assert joined(*facts).inputs["reviews_share"] == 0.0  # one was due at this very moment
    early = joined(*facts, review("r", ago(20)), as_of=AS_OF - MOMENT)
    assert (early.inputs["reviews_share"], early.score) == (None, 0.0)


def test_S04_the_first_review_falls_due_without_an_event() -> None:
    facts = [organization(ago(900)), started("i", ago(13), reviews=5), started("j", ago(3), reviews=2)]
    # 13 d of five and 3 d of two are 71 of 365 parts; the other 294 grow by seven a day
    assert turns(read(facts, AS_OF, DEFAULT_RULES)) == [AS_OF + timedelta(days=42)]
    assert joined(*facts, as_of=AS_OF + timedelta(days=42)).inputs["reviews_share"] == 0.0
    assert joined(*facts, as_of=AS_OF + timedelta(days=42) - MOMENT).inputs["reviews_share"] is None
    assert turns(read([registered(ago(900)), *facts[1:]], AS_OF, DEFAULT_RULES)) == []
    assert turns(read([*facts, ended("i", ago(1)), ended("j", ago(1))], AS_OF, DEFAULT_RULES)) == []
    assert turns(read([*facts, started("k", ago(365), reviews=1)], AS_OF, DEFAULT_RULES)) == []


def test_C13_what_was_dealt_before_the_first_offer_is_no_failure() -> None:
    facts = [purchase("early", ago(90)), complained("before", ago(60) - MOMENT), offered("i", ago(60))]
    assert joined(*facts).score is None
    facts += [purchase("at", ago(60)), bill("q", ago(50), integration_id="i")]
    found = joined(*facts, started("i", ago(55)))
    assert (found.score, found.inputs["orders_and_cases"]) == (50.0, 2)
    proof = bill("first", ago(80), integration_id="i")  # the offer must have been made by then
    assert joined(*facts, proof, purchase("after", ago(70))).inputs["orders_and_cases"] == 5


@pytest.mark.parametrize(
    ("kind", "score", "dealt"), [("order", 50.0, 2), ("standing_order", 50.0, 2), ("case", 50.0, 2), ("other", 0.0, 1)]
)
def test_C13_a_use_is_an_order_or_a_case_of_which_nothing_else_tells(kind: UseKind, score: float, dealt: int) -> None:
    found = joined(offered("i", ago(500)), purchase("p", ago(9)), used("i", ago(5), kind))
    assert (found.score, found.inputs["orders_and_cases"]) == (score, dealt)
    alone = joined(used("i", ago(5), kind))
    assert (alone.score, alone.n) == ((100.0, 1) if score else (None, 0))


def test_C13_uses_that_name_nothing_are_dealings_of_their_own_in_the_window() -> None:
    facts = [used("i", ago(days)) for days in (366, 365, 9, 5)]
    assert joined(*facts).inputs["through_integration"] == 3
    assert [fact.time for fact in joined(*facts).evidence] == [ago(5), ago(9), ago(365)]


def test_C13_an_order_that_is_named_by_its_use_counts_once_and_as_come_through() -> None:
    facts = [offered("i", ago(500)), purchase("p", ago(9)), purchase("q", ago(8)), used("i", ago(5), about="p")]
    found = joined(*facts)
    assert (found.score, found.inputs["orders_and_cases"], found.inputs["through_integration"]) == (50.0, 2, 1)
    assert [fact.subject for fact in found.evidence] == ["p"]
    both = [offered("i", ago(500)), bill("p", ago(9), integration_id="i"), used("i", ago(5), about="p")]
    assert (joined(*both).score, joined(*both).inputs["orders_and_cases"]) == (100.0, 1)
    again = joined(*both, used("i", ago(4), "standing_order", about="p"))
    assert again.inputs["orders_and_cases"] == 1


def test_C13_an_order_of_which_its_uses_alone_tell_counts_once() -> None:
    twice = [used("i", ago(5), about="p"), used("i", ago(4), about="p"), purchase("q", ago(8)), offered("i", ago(9))]
    found = joined(*twice)
    assert (found.score, found.inputs["orders_and_cases"]) == (50.0, 2)
    assert joined(*twice, purchase("p", ago(3))).inputs["orders_and_cases"] == 2  # the bill arrives: still one


def test_C13_a_use_is_nothing_in_the_place_of_an_order_that_came_back() -> None:
    order = purchase("p", ago(9))
    facts = [offered("i", ago(500)), order, purchase("q", ago(8)), used("i", ago(5), about="p")]
    found = joined(*facts, returned(order, ago(4)))
    assert (found.score, found.inputs["orders_and_cases"]) == (0.0, 1)


def test_C13_a_case_and_an_order_of_one_id_are_two() -> None:
    facts = [offered("i", ago(500)), purchase("x", ago(9)), complained("x", ago(8))]
    assert joined(*facts, used("i", ago(5), "case", about="x")).score == 50.0
    found = joined(*facts, used("i", ago(5), "case", about="x"), used("i", ago(4), "order", about="x"))
    assert (found.score, found.inputs["orders_and_cases"]) == (100.0, 2)


def test_C13_what_its_use_names_shows_that_an_integration_was_there() -> None:
    facts = [purchase("early", ago(90)), purchase("named", ago(80)), purchase("p", ago(70)), offered("i", ago(60))]
    found = joined(*facts, used("i", ago(50), about="named"))
    assert (found.score, found.inputs["orders_and_cases"]) == (50.0, 2)
