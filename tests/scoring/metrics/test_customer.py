"""Customer and Customer measurements: the default objectives, and how fresh our knowledge is."""

from datetime import timedelta
from typing import get_args

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.course import Phase
from services.scoring.metrics.customer import customer
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.history import read
from services.scoring.metrics.measurements import FACTORS, measurements
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rhythm import own_limit, quantile, silence_limit
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.complaints import Factor
from tests.scoring.metrics.facts import (
    AS_OF,
    ago,
    consent,
    contact,
    line,
    opened,
    purchase,
    reference,
    registered,
    spread,
    visit,
)
from tests.scoring.metrics.service_facts import survey


def kept(*facts: Fact, phase: Phase = Phase.RETENTION, base: Reference | None = None) -> Metric:
    return customer(read(facts, AS_OF, DEFAULT_RULES), phase, DEFAULT_RULES, base)


def every(gap: int, last: int, count: int = 6) -> list[Fact]:
    return [purchase(f"p{at}", ago(last + gap * at)) for at in range(count)]


def test_S01_customer_keeps_the_rhythm() -> None:
    # gaps of 20 days: limit max(30, 2·20) = 40. Silent 40 days: 2 - 1 = 1; 60 days: 2 - 1.5; 80 days: 0
    assert kept(*every(20, 40)).score == 100.0
    assert kept(*every(20, 60)).score == 50.0
    assert kept(*every(20, 80)).score == 0.0
    assert kept(*every(20, 10)).score == 100.0


def test_S01_customer_the_limit_is_at_least_thirty_days() -> None:
    found = kept(*every(3, 45))
    assert (found.inputs["limit_days"], found.score) == (30.0, 50.0)  # 2 - 45/30


def test_S01_customer_own_95th_percentile_gap() -> None:
    # ordered gaps 10 10 10 10 20: place 4·0.95 = 3.8, 10 + 0.8·10 = 18; limit 36 days
    assert quantile([10, 10, 10, 10, 20], 0.95) == 18.0
    assert own_limit([10, 10, 10, 10, 20], DEFAULT_RULES.silence) == timedelta(days=36)
    assert own_limit([10, 10, 10], DEFAULT_RULES.silence) is None


def test_S01_customer_few_gaps_take_the_base() -> None:
    base = reference(median_gap=25.0, median_first_interval=40.0)
    some = kept(*every(5, 75, count=4), base=base)
    assert (some.inputs["limit_days"], some.score) == (50.0, 50.0)  # 2·25; 2 - 75/50
    once = kept(purchase("p", ago(120)), base=base)
    assert (once.inputs["limit_days"], once.score) == (80.0, 50.0)  # 2·40; 2 - 120/80
    assert kept(purchase("p", ago(9))).score is None
    assert "no reference" in kept(purchase("p", ago(9))).reason
    assert silence_limit([], base, DEFAULT_RULES.silence) is None


def test_S01_customer_new_category_from_extension_on() -> None:
    tried = [*every(20, 200), purchase("new", ago(180), line("WINE", "9.00"))]
    silent = {"limit_days": 40.0, "rhythm": 0.0}
    found = kept(*tried, phase=Phase.EXTENSION)
    assert silent.items() <= found.inputs.items()
    assert (found.score, found.inputs["new_categories"]) == (50.0, ["WINE"])  # (0 + 100)/2
    assert kept(*tried).score == 0.0
    known = kept(*tried, purchase("before", ago(181), line("WINE", "9.00")), phase=Phase.EXTENSION)
    assert known.score == 0.0


def test_S01_customer_default_objectives_are_flagged_and_never_sure() -> None:
    found = kept(*every(7, 1, count=50))
    assert (found.inputs["default"], found.confidence, found.n) == (True, 0.5, 50)
    assert kept(*every(7, 1, count=2), base=reference(median_gap=7.0)).confidence == 0.2857  # 2/(2 + 5)


def test_S01_customer_null_without_purchase() -> None:
    assert kept(registered(ago(9)), base=reference(median_gap=7.0)).score is None


def test_S01_customer_rfm_quintiles_stand_beside_it() -> None:
    bills = [purchase("p", ago(10)), purchase("q", ago(20)), purchase("before", ago(366))]
    ranks = {"recency": spread(-30.0, -20.0, -10.0, -5.0), "frequency": spread(2.0, 9.0)}
    found = kept(*bills, base=reference(values=ranks | {"monetary:USD": spread(1.0)}))
    # of twenty: recency -10 has 10 below and 5 equal: 62.5, the fourth fifth; frequency 2: 25, the second;
    # 20 USD is above all: 100, the fifth
    assert found.inputs["rfm_quintiles"] == {"recency": 4, "frequency": 2, "monetary": 5}
    assert kept(bills[2], base=reference(values=ranks)).inputs["rfm_quintiles"] is None


@pytest.mark.parametrize(("below", "fifth"), [(0, 1), (3, 1), (4, 2), (8, 3), (12, 4), (16, 5), (20, 5)])
def test_S01_customer_a_fifth_begins_at_its_percentile(below: int, fifth: int) -> None:
    # of twenty, nobody equal: 100·below/20 is 0, 15, exactly 20, 40, 60, 80, and 100
    ranks = {"frequency": Distribution.of([0.5] * below + [9.0] * (20 - below))}
    found = kept(purchase("p", ago(10)), base=reference(values=ranks))
    assert found.inputs["rfm_quintiles"] == {"frequency": fifth}


def known(*facts: Fact) -> Metric:
    return measurements(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def test_S01_measurements_halve_at_each_limit() -> None:
    # purchase 30 d old: ½; visit 60 d: ¼; profile 365 d, with consent: ½; four surveys never: 0 → 1.25/7
    facts = [purchase("p", ago(30)), visit("v", ago(60)), registered(ago(365)), consent(ago(365))]
    found = known(*facts)
    assert found.score == 17.8571
    assert found.inputs["instruments"]["visit"] == 0.25
    assert found.n == 7
    assert "3 of 7" in found.reason


def test_S01_measurements_a_profile_without_consent_is_none() -> None:
    assert known(registered(ago(0.5))).score == 0.0
    assert known(registered(ago(0.5)), consent(ago(0.4)), consent(ago(0.3), granted=False)).score == 0.0
    assert known(contact("c", ago(3))).evidence


def test_S01_measurements_surveys_by_factor() -> None:
    found = known(
        purchase("p", ago(30)),
        survey(ago(180), about="purchase", product=(5, 5), sales=(5, 4)),
        survey(ago(360), product=(5, 6)),
    )
    # purchase ½, visit 0, profile 0, product ½, sales ½, post-purchase 0, culture 0 → 1.5/7
    assert found.score == 21.4286
    assert len(found.evidence) == 2
    assert get_args(Factor) == FACTORS


def test_S01_measurements_a_complaint_asks_for_its_survey() -> None:
    assert "survey_complaint" not in known(opened("c", ago(366))).inputs["instruments"]
    assert known(opened("c", ago(9))).inputs["instruments"]["survey_complaint"] == 0.0
    asked = known(opened("c", ago(200)), survey(ago(90), about="complaint", csat=2))
    assert asked.inputs["instruments"]["survey_complaint"] == 0.5
    other = known(opened("c", ago(200)), survey(ago(90), about="visit"), survey(ago(90)))
    assert other.inputs["instruments"]["survey_complaint"] == 0.0


def test_S01_measurements_null_where_nothing_is_known() -> None:
    assert (known().score, known().n) == (None, 0)
