"""Retention, repurchase and defection by calendar period, counted by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.membership.segments import Segment, Segments
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.studies.periods import calendar
from services.scoring.studies.rates import Rates
from services.scoring.studies.stores import Store
from services.scoring.studies.study import Setting, Subject
from tests.scoring.metrics.facts import AS_OF, exit_stated, purchase, reference, returned
from tests.scoring.studies.people import bought, on, person

WEEKLY = [f"2017-{month:02}-{day:02}" for month in (7, 8, 9) for day in (7, 14, 21, 28)]
"""Twelve purchase days, a week or ten days apart: the own limit is the least, 30 days."""


def study(*people: Subject, **more: Any) -> dict[str, Any]:
    """What the study finds of them as of 2018-01-01."""
    made = Rates(Setting(AS_OF, DEFAULT_RULES, reference(), **more))
    for each in people:
        made.add(each)
    assert made.found().customers == {}
    return made.found().content


def counts(facts: Sequence[Fact], period: str = "2017-10") -> list[int] | None:
    """What one customer adds to a period: n, retained, repurchased, defected, new."""
    told = study(person("a", facts))["counts"][period]
    return told["total"]["total"][:-1] if told else None  # who came back has a test of their own


def test_S06_months_and_quarters_are_told_once_they_are_over() -> None:
    names = [period.name for period in calendar(AS_OF, 12)]
    assert names == [*(f"2017-{month:02}" for month in range(1, 13)), "2017-Q1", "2017-Q2", "2017-Q3", "2017-Q4"]
    first, *_, last = calendar(datetime(2018, 2, 10, tzinfo=UTC), 12)
    assert (first.name, first.starts, first.ends) == ("2017-02", on("2017-02-01", "00:00"), on("2017-03-01", "00:00"))
    assert (last.name, last.starts, last.ends) == ("2017-Q4", on("2017-10-01", "00:00"), on("2018-01-01", "00:00"))
    months = [period.name for period in calendar(datetime(2018, 2, 10, tzinfo=UTC), 12)]
    assert "2018-01" in months
    assert "2018-02" not in months, "it is not over yet"
    assert "2017-Q1" not in months, "January is not among the last twelve months"
    before_midnight = calendar(datetime.fromisoformat("2018-01-01T00:30:00+01:00"), 1)
    assert [period.name for period in before_midnight] == ["2017-11"], "in UTC December has half an hour to go"


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["2017-09-15", "2017-10-05", "2017-10-20"], [1, 1, 1, 0, 0]),
        (["2017-09-15", "2017-10-05", "2017-10-05"], [1, 1, 0, 0, 0]),  # twice on one day is once
        (["2017-09-15"], [1, 0, 0, 0, 0]),  # too few to know a rhythm, and within the window
        (WEEKLY, [1, 0, 0, 1, 0]),  # silent from September 28 on: over the limit of 30 days at November 1
        ([*WEEKLY, "2017-10-20"], [1, 1, 0, 0, 0]),
        ([*WEEKLY[:8], "2017-10-20"], None),  # gone at October 1: the last of the eight is of August 28
        (["2017-10-10"], [0, 0, 0, 0, 1]),
        (["2016-09-30"], None),  # more than a year before October 1
        (["2016-10-02"], [1, 0, 0, 0, 0]),
        (["2017-11-02"], None),
    ],
)
def test_S06_how_one_customer_counts_in_a_month(days: list[str], expected: list[int] | None) -> None:
    assert counts(bought(*days)) == expected


def test_S06_a_period_begins_with_its_first_moment_and_ends_before_the_next_ones() -> None:
    start = purchase("first", on("2017-10-01", "00:00"))
    end = purchase("second", on("2017-11-01", "00:00"))
    assert counts([start, end], "2017-10") == [0, 0, 0, 0, 1]
    assert counts([start, end], "2017-11") == [1, 1, 0, 0, 0]


def test_S06_who_says_that_they_leave_defects() -> None:
    left = [*bought("2017-09-20"), exit_stated(on("2017-10-03"))]
    assert counts(left) == [1, 0, 0, 1, 0]
    assert counts([*left, *bought("2017-10-15")]) == [1, 1, 0, 0, 0]  # and came back
    assert counts(left, "2017-11") is None


def test_S06_a_purchase_wholly_returned_is_none() -> None:
    bill = purchase("back", on("2017-10-05"))
    assert counts([*bought("2017-09-20"), bill, returned(bill, on("2017-10-06"))]) == [1, 0, 0, 0, 0]


def test_S06_rates_add_up_by_cohort_store_and_format() -> None:
    told = study(
        person("a", [*bought("2017-08-01", "2017-09-15", store="330"), *bought("2017-10-05", store="331")]),
        person("b", bought("2017-09-15", store="331")),
        person("c", bought("2017-10-10", store="331")),
        person("d", bought("2017-09-11")),
        stores={"330": Store("330", format="grocery"), "331": Store("331")},
    )
    assert told["counts"]["2017-10"] == {
        "total": {"total": [3, 1, 0, 0, 1, 0]},
        "cohort": {"2017-08": [1, 1, 0, 0, 0, 0], "2017-09": [2, 0, 0, 0, 0, 0], "2017-10": [0, 0, 0, 0, 1, 0]},
        "store": {"330": [1, 1, 0, 0, 0, 0], "331": [1, 0, 0, 0, 1, 0]},  # d is of no store
        "format": {"grocery": [1, 1, 0, 0, 0, 0], "unknown": [2, 0, 0, 0, 1, 0]},
    }
    assert told["counts"]["2017-Q4"]["total"]["total"] == [3, 1, 0, 0, 1, 0]


def test_S06_a_segment_is_judged_after_its_members_were_known() -> None:
    told = study(person("a", bought("2017-05-15", "2017-10-05"), before=("gold",), segments=("silver",)))
    judged = [period["period"] for period in told["periods"] if period["segments"]]
    assert judged == ["2017-10", "2017-11", "2017-12", "2017-Q4"]  # who was in it is known as of 2017-10-03
    assert told["segments_as_of"] == "2017-10-03T00:00:00Z"
    assert [period for period, counted in told["counts"].items() if "segment" in counted] == judged
    assert told["counts"]["2017-10"]["segment"] == {"gold": [1, 1, 0, 0, 0, 0]}


def test_S06_the_loyal_base_is_who_came_back_and_is_not_at_risk() -> None:
    told = study(
        person("again", bought("2017-11-15", "2017-12-05", store="330"), segments=("gold",)),
        person("once", bought("2017-12-15", store="330"), segments=("gold",)),
        person("silent", bought(*WEEKLY, store="330")),
        person("nobody", []),
        stores={"330": Store("330", format="grocery"), "331": Store("331", format="kiosk")},
    )
    assert told["loyal"] == {
        "total": {"total": 1},
        "cohort": {"2017-11": 1},
        "store": {"330": 1, "331": 0},
        "format": {"grocery": 1, "kiosk": 0},
        "segment": {"gold": 1},
    }


class Nobody:
    """A rule that holds of nobody."""

    def holds(self, fields: object) -> bool:
        return False


def test_S06_a_segment_without_members_has_a_loyal_base_of_nobody() -> None:
    told = study(segments=Segments(1, (Segment("gold", 1, Nobody()),)))
    assert told["loyal"]["segment"] == {"gold": 0}


@pytest.mark.parametrize(
    ("back", "came"),
    [
        ("2017-08-01", 1),
        ("2017-10-29", 1),
        ("2017-10-30", 0),  # 90 days after August 1
        (None, 0),
    ],
)
def test_S06_who_was_gone_may_come_back(back: str | None, came: int) -> None:
    gone = [f"2017-{month:02}-{day:02}" for month in (4, 5, 6) for day in (7, 14, 21, 28)]
    told = study(person("a", bought(*gone, *([back] if back else []))))
    assert told["counts"]["2017-07"]["total"]["total"] == [1, 0, 0, 1, 0, came]


def test_S06_who_came_back_is_told_when_the_stretch_after_the_period_is_over() -> None:
    told = study(person("a", bought(*WEEKLY, "2017-12-20")))
    followed = [period["period"] for period in told["periods"] if period["followed"]]
    assert followed[-4:] == ["2017-09", "2017-Q1", "2017-Q2", "2017-Q3"]  # 92 days before the close
    assert told["following_days"] == 90
    assert told["counts"]["2017-10"]["total"]["total"] == [1, 0, 0, 1, 0, 0], "who came back of October isn't known yet"


def test_S06_the_base_is_observed_since_its_first_purchase() -> None:
    later, first = person("a", bought("2017-06-01")), person("b", bought("2017-03-02", "2017-07-01"))
    assert study(later, first)["observed_since"] == "2017-03-02T12:00:00Z"
    assert study(person("c", []))["observed_since"] is None
