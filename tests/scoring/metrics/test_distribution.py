"""Where one customer stands among all: mid-rank percentiles."""

import json
from datetime import date
from decimal import Decimal

import pytest

from services.scoring.metrics.catalogue import Catalogue, Offer
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES, ELEVEN_CS, Rules
from tests.scoring.metrics.facts import AS_OF, reference, spread


def test_S15_percentile_is_mid_rank() -> None:
    members = Distribution.of([0.0] * 10 + [1.0] * 6 + [2.0] * 4)
    assert members.percentile(0.0, 20) == 25.0  # 100·(0 + 10/2)/20
    assert members.percentile(1.0, 20) == 65.0  # 100·(10 + 6/2)/20
    assert members.percentile(2.0, 20) == 90.0  # 100·(16 + 4/2)/20
    assert members.percentile(1.5, 20) == 80.0  # nobody equal: 100·16/20
    assert members.percentile(-1.0, 20) == 0.0
    assert members.percentile(3.0, 20) == 100.0


def test_S15_percentile_is_null_below_twenty_customers() -> None:
    assert Distribution.of(range(19)).percentile(3.0, 20) is None
    assert Distribution.of(range(20)).percentile(0.0, 20) == 2.5  # 100·(0 + ½)/20
    assert Distribution.of([]).percentile(0.0, 0) is None


def test_S15_values_equal_to_four_digits_are_equal() -> None:
    assert Distribution.of([1 / 3] * 20).percentile(0.33333, 20) == 50.0


def test_reference_survives_json_exactly() -> None:
    offers = (Offer(date(2016, 1, 1), date(2017, 1, 1), Decimal("0.25")), Offer(date(2017, 6, 1)))
    told = reference(
        Catalogue({"GROCERY": offers}),
        median_gap=7.5,
        base={"wrong_item": 2},
        values={"contribution:USD": spread(0.1, -3.0)},
        scores={"index": spread(50.0)},
    )
    assert Reference.from_json(json.loads(json.dumps(told.to_json()))) == told


def test_catalogue_knows_what_was_on_offer_when() -> None:
    first, second = Offer(date(2016, 1, 1), date(2017, 1, 1), Decimal("0.25")), Offer(date(2017, 6, 1))
    catalogue = Catalogue({"A": (first, second)})
    assert catalogue.offered(date(2016, 12, 31)) == {"A"}
    assert catalogue.offered(date(2017, 1, 1)) == set()
    assert catalogue.assumed_margin("A", date(2016, 5, 1), AS_OF.date()) == Decimal("0.25")
    assert catalogue.assumed_margin("A", date(2017, 7, 1), AS_OF.date()) is None
    assert catalogue.assumed_margin("B", date(2016, 5, 1), AS_OF.date()) is None


def test_a_margin_of_the_day_of_the_sale_goes_before_todays() -> None:
    then, now = (
        Offer(date(2016, 1, 1), date(2017, 1, 1), Decimal("0.25")),
        Offer(date(2017, 6, 1), None, Decimal("0.5")),
    )
    catalogue = Catalogue({"A": (then, now)})
    assert catalogue.assumed_margin("A", date(2016, 5, 1), AS_OF.date()) == Decimal("0.25")
    assert catalogue.assumed_margin("A", date(2017, 3, 1), AS_OF.date()) == Decimal("0.5")  # not on offer when sold
    back = Catalogue({"A": (now, then)})
    assert back.assumed_margin("A", date(2016, 5, 1), AS_OF.date()) == Decimal("0.25")


def test_steady_margins_say_what_assumed_margin_says() -> None:
    forever = Offer(date(2016, 1, 1), None, Decimal("0.25"))
    ended = Offer(date(2016, 1, 1), date(2017, 1, 1), Decimal("0.5"))
    catalogue = Catalogue({"A": (forever,), "B": (ended,), "C": (ended, forever), "D": ()})
    steady = catalogue.steady_margins(AS_OF.date())
    assert steady == {"A": Decimal("0.25")}
    assert catalogue.assumed_margin("A", date(2000, 1, 1), AS_OF.date()) == steady["A"]


def test_rules_weigh_each_c_and_know_no_other_name() -> None:
    assert tuple(DEFAULT_RULES.weights) == ELEVEN_CS
    with pytest.raises(ValueError, match="eleven"):
        Rules(weights={"customer": 1.0})
    with pytest.raises(ValueError, match="windw"):
        Rules.model_validate({"windw": "P30D"})
    assert Rules.model_validate_json(DEFAULT_RULES.model_dump_json()) == DEFAULT_RULES
