"""Defection: at risk by a stated exit or a silence too long, and the cause that leads."""

from datetime import datetime, timedelta

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


def test_S04_only_the_first_purchase_after_an_exit_comes_back() -> None:
    left = exit_stated(ago(800))
    assert not leaving(left, purchase("p", ago(700)), purchase("q", ago(4))).reactivated  # came back long ago
    assert leaving(left, purchase("p", ago(365)), purchase("q", ago(4))).reactivated
    assert not leaving(left, purchase("p", ago(365) - MOMENT), purchase("q", ago(4))).reactivated
    again = [purchase("p", ago(700)), exit_stated(ago(600)), purchase("q", ago(4))]
    assert leaving(left, *again).reactivated  # each exit has a first purchase of its own


def test_S04_a_purchase_at_the_time_of_an_exit_is_no_return() -> None:
    bought = purchase("p", ago(400))
    assert leaving(exit_stated(ago(400)), bought, purchase("q", ago(4))).reactivated
    assert not leaving(exit_stated(ago(400) - MOMENT), bought, purchase("q", ago(4))).reactivated


def test_S04_the_first_purchase_of_the_day_ends_a_silence() -> None:
    day = [purchase("morning", ago(364.75)), purchase("evening", ago(364.25))]
    facts = [*every(10, 500), *day, *every(20, 4, count=12)]  # gap 135 over 30, none too long later

    def reactivated(as_of: datetime) -> bool:
        return defection(read(facts, as_of, DEFAULT_RULES), DEFAULT_RULES).reactivated

    assert reactivated(AS_OF + 0.25 * DAY)
    assert not reactivated(AS_OF + 0.25 * DAY + MOMENT)  # the evening is still in the window


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


def test_S04_a_purchase_wholly_returned_does_not_move_the_ninety_days() -> None:
    bought = purchase("back", ago(50))
    before = opened("c", ago(180), category="price")  # 80 days before the last one kept, 130 before the other
    found = leaving(*every(10, 100), bought, returned(bought, ago(49)), before)
    assert found.to_json()["points"] == {"price": 3}
    assert leaving(*every(10, 100), bought, before).to_json()["points"] == {}


def test_S04_a_reopening_after_one_long_past_is_evidence() -> None:
    case = [opened("c", ago(300)), resolved("c", ago(299.5)), reopened("c", ago(200))]
    assert leaving(*every(10, 100), *case).evidence == []
    found = leaving(*every(10, 100), *case, reopened("c", ago(150)), reopened("c", ago(120))).evidence
    assert [(piece.time, piece.cause) for piece in found] == [(ago(150), Cause.SERVICE)]


def test_S04_a_complaint_taken_back_speaks_no_more() -> None:
    case, silent = opened("c", ago(99), category="price"), every(10, 100)
    back = withdrawn("c", ago(98.5))
    assert leaving(*silent, case, back).evidence == []
    assert leaving(*silent, case, back, reopened("c", ago(98))).to_json()["points"] == {"price": 3, "service": 3}
    assert leaving(*silent, case, withdrawn("c", ago(97))).to_json()["points"] == {"price": 3}  # past its standard


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
