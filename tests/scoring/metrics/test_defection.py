"""Defection: at risk by a stated exit or a silence too long, and the cause that leads."""

from datetime import timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import COMPLAINED, STATED, Cause
from services.scoring.metrics.defection import Defection, defection
from services.scoring.metrics.history import read
from services.scoring.metrics.review import next_review_at
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.customers import ExitReason
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    acknowledged,
    ago,
    exit_stated,
    opened,
    purchase,
    reopened,
    resolved,
    returned,
    withdrawn,
)

MOMENT = timedelta(microseconds=1)


def leaving(*facts: Fact) -> Defection:
    return defection(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def every(gap: int, last: float, count: int = 5) -> list[Fact]:
    return [purchase(f"p{last}-{at}", ago(last + gap * at)) for at in range(count)]


def test_S04_silence_over_the_limit_of_four_gaps() -> None:
    assert not leaving(*every(20, 40)).at_risk  # limit 2·20 days, silent exactly so long
    assert leaving(*every(20, 40.001)).at_risk
    assert not leaving(*every(20, 300, count=4)).at_risk  # three gaps tell no rhythm of their own
    assert not leaving(*every(2, 30)).at_risk  # at least 30 days


def test_S04_exit_stated_and_no_purchase_since() -> None:
    assert leaving(exit_stated(ago(5))).at_risk
    assert leaving(purchase("p", ago(6)), exit_stated(ago(5))).at_risk
    came_back = leaving(exit_stated(ago(5)), purchase("p", ago(4)))
    assert (came_back.at_risk, came_back.reactivated, came_back.cause) == (False, True, None)
    bought = purchase("p", ago(4))
    assert leaving(exit_stated(ago(5)), bought, returned(bought, ago(3))).at_risk


def test_S04_reactivated_after_a_silence_too_long() -> None:
    found = leaving(*every(10, 100), purchase("back", ago(5)))  # gap 95 over 30
    assert (found.at_risk, found.reactivated) == (False, True)
    assert not leaving(*every(10, 5, count=9)).reactivated
    assert not leaving(*every(10, 100, count=4), purchase("back", ago(5))).reactivated


@pytest.mark.parametrize(("reason", "cause"), STATED.items())
def test_S04_a_stated_reason_leads(reason: ExitReason, cause: Cause) -> None:
    assert leaving(exit_stated(ago(5), reason)).cause is cause


def test_S04_complaints_count_three_by_category() -> None:
    assert COMPLAINED["technology"] is Cause.TECHNOLOGICAL
    assert COMPLAINED["policy"] is Cause.ORGANIZATIONAL
    silent = every(10, 100)
    assert leaving(*silent, opened("c", ago(99), category="product")).cause is Cause.PRODUCT
    two = leaving(*silent, opened("c", ago(99), category="product"), opened("d", ago(98), category="price"))
    assert two.cause is Cause.MIXED  # 3 to 3
    stated = leaving(*silent, opened("c", ago(99), category="product"), exit_stated(ago(90), "price"))
    assert stated.cause is Cause.PRICE  # 5 to 3: a lead of 2
    assert stated.to_json()["points"] == {"price": 5, "product": 3}
    assert len(stated.evidence) == 2


def test_S04_defective_returns_and_reopened_cases_are_direct_events() -> None:
    bought = purchase("broken", ago(100))
    found = leaving(*every(10, 101), bought, returned(bought, ago(90), reason="defective"))
    assert found.cause is Cause.PRODUCT
    case = [opened("c", ago(99), category="price"), resolved("c", ago(98.5)), reopened("c", ago(98))]
    assert [piece.cause for piece in leaving(*every(10, 100), *case).evidence] == [Cause.PRICE, Cause.SERVICE]


def test_S04_evidence_from_ninety_days_before_the_last_purchase() -> None:
    silent = every(10, 100)
    assert leaving(*silent, opened("c", ago(190), category="price")).cause is Cause.PRICE
    assert leaving(*silent, opened("c", ago(190) - MOMENT, category="price")).cause is Cause.UNKNOWN


def test_S13_the_reason_tells_the_numbers() -> None:
    assert leaving(*every(10, 100)).reason == (
        "Last bought 100 days ago, over the usual limit of 30 days; the cause is unknown."
    )
    assert "too few" in leaving(purchase("p", ago(3))).reason


def review(*facts: Fact) -> timedelta:
    return next_review_at(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES) - AS_OF


def test_review_is_when_something_turns() -> None:
    assert review() == 30 * DAY
    assert review(*every(20, 15)) == 25 * DAY + MOMENT  # limit 40 days
    assert review(*every(20, 60)) == 30 * DAY  # at risk already
    assert review(*every(20, 40)) == MOMENT  # silent exactly so long
    assert review(purchase("now", AS_OF)) == MOMENT
    assert review(purchase("soon", AS_OF + 3 * DAY)) == 3 * DAY + MOMENT


def test_review_when_a_case_passes_its_standard() -> None:
    case = opened("c", ago(0.5))
    assert review(case) == 0.5 * DAY + MOMENT
    assert review(case, acknowledged("c", ago(0.2))) == 4.5 * DAY + MOMENT
    assert review(case, resolved("c", ago(0.2))) == 30 * DAY
    assert review(case, withdrawn("c", ago(0.2))) == 30 * DAY
    assert review(opened("c", ago(20))) == 30 * DAY  # past it already
