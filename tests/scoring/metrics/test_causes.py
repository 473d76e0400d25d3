"""Defection: what was said and what happened that speaks for a cause."""

from datetime import timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import STATED, Cause
from services.scoring.metrics.defection import Defection, defection
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.complaints import ReasonForLeaving
from shared.events.loyalty import PriceMatchRefused
from shared.events.purchases import PurchaseNotAvailable
from tests.scoring.metrics.facts import AS_OF, ago, exit_stated, fact, line, opened, purchase
from tests.scoring.metrics.service_facts import breached, incident, observed, points_expired, survey, tier

MOMENT = timedelta(microseconds=1)
SILENT = [purchase(f"p{at}", ago(100 + 10 * at)) for at in range(5)]
"""At risk: silent for 100 days, and what counts begins 190 days ago."""


def leaving(*facts: Fact) -> Defection:
    return defection(read([*SILENT, *facts], AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def points(*facts: Fact) -> dict[str, int]:
    found: dict[str, int] = leaving(*facts).to_json()["points"]
    return found


@pytest.mark.parametrize(
    ("happened", "cause"),
    [
        (fact(PriceMatchRefused(), "x", ago(99)), Cause.PRICE),
        (fact(PurchaseNotAvailable(category="A"), "x", ago(99)), Cause.PRODUCT),
        (purchase("bill", ago(100.5), line("A", "1.00"), line("B", "1.00", available=False)), Cause.PRODUCT),
        (incident("x", ago(99)), Cause.SERVICE),
        (points_expired("x", ago(99)), Cause.PRICE),
        (tier(ago(99), "down"), Cause.PRICE),
        (observed("x", ago(99), "price"), Cause.PRICE),
        (observed("x", ago(99), "offer"), Cause.PRICE),
        (observed("x", ago(99), "programme_joined"), Cause.PRICE),
        (observed("x", ago(99), "better_product"), Cause.PRODUCT),
        (observed("x", ago(99), "newer_technology"), Cause.TECHNOLOGICAL),
    ],
)
def test_S04_a_direct_event_counts_three(happened: Fact, cause: Cause) -> None:
    found = leaving(happened)
    assert found.cause is cause
    assert found.to_json()["points"] == {str(cause): 3}
    assert found.evidence[0].to_json() == {
        "type": happened.type,
        "subject": happened.subject,
        "time": happened.time.isoformat().replace("+00:00", "Z"),
        "cause": str(cause),
        "points": 3,
    }


@pytest.mark.parametrize("kind", ["approach", "category_switched"])
def test_S04_what_does_not_say_why_is_no_cause(kind: str) -> None:
    assert points(observed("x", ago(99), kind)) == {}
    assert points(tier(ago(99), "up")) == {}


def test_S04_only_what_happened_since_ninety_days_before_the_last_purchase() -> None:
    happened = [points_expired, incident]
    assert [points(each("x", ago(190))) for each in happened] == [{"price": 3}, {"service": 3}]
    assert [points(each("x", ago(190) - MOMENT)) for each in happened] == [{}, {}]
    assert points(observed("x", ago(191), "price"), tier(ago(191), "down"), survey(ago(191), csat=1)) == {}
    assert points(survey(ago(191), reason_for_leaving="price"), incident("x", AS_OF)) == {}
    never_bought = [exit_stated(ago(9), "policy"), survey(ago(800), reason_for_leaving="policy")]
    found = defection(read(never_bought, AS_OF, DEFAULT_RULES), DEFAULT_RULES)
    assert [piece.points for piece in found.evidence] == [5, 5]


def test_S04_points_expire_by_the_clock_and_count_once() -> None:
    found = leaving(points_expired("a", ago(90)), points_expired("b", ago(60)), points_expired("c", ago(30)))
    assert [(piece.subject, piece.points) for piece in found.evidence] == [("a", 3)]


def test_S04_a_case_is_poor_service_once_it_is_breached() -> None:
    case = [opened("c", ago(99), category="price"), breached("c", ago(98), "acknowledge"), breached("c", ago(94))]
    assert points(*case) == {"price": 3, "service": 3}
    assert points(breached("of-no-known-case", ago(98))) == {}
    assert points(opened("c", ago(195)), breached("c", ago(191))) == {}
    assert points(opened("c", ago(195)), breached("c", ago(190))) == {"service": 3}


def test_S04_a_breach_after_one_long_past_is_evidence() -> None:
    case = [opened("c", ago(300)), breached("c", ago(299), "acknowledge")]
    assert points(*case) == {}
    found = leaving(*case, breached("c", ago(150)), breached("c", ago(120))).evidence
    assert [(piece.time, piece.cause) for piece in found] == [(ago(150), Cause.SERVICE)]


@pytest.mark.parametrize(("reason", "cause"), STATED.items())
def test_K04_a_reason_for_leaving_in_a_survey_is_a_stated_one(reason: ReasonForLeaving, cause: Cause) -> None:
    found = leaving(survey(ago(99), reason_for_leaving=reason), incident("i", ago(98)), incident("j", ago(97)))
    assert found.at_risk
    assert (found.evidence[0].cause, found.evidence[0].points) == (cause, 5)
    alone = leaving(survey(ago(99), reason_for_leaving=reason), observed("x", ago(98), "price"))
    assert alone.cause is cause  # 5 to 3, or 8 to none


def test_K04_a_reason_for_leaving_in_a_survey_is_an_exit_until_they_buy_again() -> None:
    def found(*facts: Fact) -> Defection:
        return defection(read([*regular, *facts], AS_OF, DEFAULT_RULES), DEFAULT_RULES)

    regular = [purchase(f"q{at}", ago(2 + 10 * at)) for at in range(5)]
    left = survey(ago(1), reason_for_leaving="price")
    gone, back, content = found(left), found(left, purchase("q", ago(0.5))), found(survey(ago(1), csat=1))
    assert (gone.at_risk, gone.cause, len(gone.evidence)) == (True, Cause.PRICE, 1)
    assert (back.at_risk, back.reactivated) == (False, True)
    assert not content.at_risk, "a survey that gives no reason for leaving"
