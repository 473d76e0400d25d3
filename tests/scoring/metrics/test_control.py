"""Control of contact to cash: steps in time, and steps and purchases done rightly."""

from datetime import timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.control import control
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.steps import turns
from tests.scoring.metrics.dealing_facts import corrected, disputed, done, planned
from tests.scoring.metrics.facts import AS_OF, ago, line, purchase, reference, returned

MOMENT = timedelta(microseconds=1)


def controlled(*facts: Fact, base: Reference | None = None) -> Metric:
    return control(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def timeliness(*facts: Fact) -> float | None:
    found: float | None = controlled(*facts).inputs["timeliness"]
    return found


# Every step below is planned 100 days ago and due 60 days ago.
@pytest.mark.parametrize(
    ("facts", "share"),
    [
        ([done("s", ago(60))], 1.0),
        ([done("s", ago(54))], 0.8),  # 6 of 30 days late
        ([done("s", ago(30))], 0.0),
        ([done("s", ago(20))], 0.0),
        ([], 0.0),  # open, sixty days late by now
        ([done("s", ago(54)), done("s", ago(20))], 0.8),  # the first completion counts
        ([done("s", ago(54)), planned("s", ago(90), ago(54))], 0.8),  # nobody moves a due time
        ([done("s", ago(110))], 1.0),
    ],
)
def test_C03_timeliness_of_one_step(facts: list[Fact], share: float) -> None:
    assert timeliness(planned("s", ago(100), ago(60)), *facts) == share


def test_C03_an_open_step_ages_to_the_date() -> None:
    assert timeliness(planned("s", ago(100), ago(12))) == 0.6
    assert timeliness(planned("s", ago(100), AS_OF - MOMENT)) == 1.0
    assert timeliness(planned("s", ago(100), AS_OF)) is None  # due now is not past due
    assert timeliness(planned("s", ago(100), AS_OF), done("s", ago(1))) is None


def test_C03_timeliness_weighs_by_amount() -> None:
    facts = [purchase("p", ago(9)), planned("a", ago(50), ago(30), "300"), done("a", ago(30))]
    facts += [planned("b", ago(50), ago(30), "99.50"), planned("c", ago(50), ago(30)), done("c", ago(24))]
    # (300·1 + 99.5·0 + 1·0.8)/(300 + 99.5 + 1)
    assert timeliness(*facts) == 0.7511
    euros = [planned("d", ago(50), ago(30), "5000", "EUR"), planned("e", ago(50), ago(30), "0.00")]
    assert timeliness(*facts, *euros) == 0.7473  # another currency and an amount of nothing weigh 1: /402.5


def test_C03_amounts_without_purchases_are_in_the_currency_of_most_steps() -> None:
    facts = [
        planned("a", ago(50), ago(30), "30", "EUR"),
        done("a", ago(30)),
        planned("b", ago(50), ago(30), "9", "EUR"),
    ]
    assert timeliness(*facts, planned("c", ago(50), ago(40), "99")) == 0.75  # (30 + 0 + 0)/(30 + 9 + 1)
    assert timeliness(planned("a", ago(50), ago(30)), done("a", ago(30), "7"), planned("b", ago(50), ago(40))) == 0.875
    swapped = [done("a", ago(55), "7"), planned("a", ago(50), ago(40), "3"), planned("b", ago(50), ago(40))]
    assert timeliness(*swapped) == 0.75  # the amount as planned, though it was done before it was planned


def test_S01_control_by_due_time_in_the_window() -> None:
    late = [planned("s", ago(400), ago(365)), done("s", ago(364))]
    assert controlled(*late).inputs["steps_due"] == 1
    before = [planned("s", ago(400), ago(365) - MOMENT), done("s", ago(364))]
    assert (controlled(*before).inputs["steps"], controlled(*before).score) == (0, None)


def test_S01_control_is_the_mean_of_timeliness_and_rightness() -> None:
    steps = [planned("a", ago(50), ago(30)), done("a", ago(15)), planned("b", ago(50), ago(30)), done("b", ago(30))]
    found = controlled(*steps, disputed("a", ago(10)), purchase("p", ago(9)), purchase("q", ago(8)))
    # timeliness (0.5 + 1)/2, rightness 3 of 4
    assert (found.inputs["timeliness"], found.inputs["rightness"], found.score, found.n) == (0.75, 0.75, 75.0, 4)
    assert (found.inputs["disputes"], found.inputs["steps_late"]) == (1, 1)
    assert (
        found.reason
        == "1 of 2 steps done in time; 3 of 4 steps and purchases without dispute, correction or wrong item."
    )
    assert found.evidence[0].subject == "a"


def test_S01_control_rightness_counts_only_where_failures_are_told_of() -> None:
    bills = [purchase("p", ago(9)), purchase("q", ago(8))]
    for kind in ("dispute", "correction", "wrong_item"):
        assert controlled(*bills, base=reference(base={kind: 1})).score == 100.0
    assert controlled(*bills, base=reference(base={"defective": 1, "dispute": 0})).score is None
    assert controlled(*bills).inputs["rightness"] == 1.0
    assert controlled(*bills, done("s", ago(3))).score is None  # done, but never due
    assert controlled(*bills, planned("s", ago(9), ago(1)), done("s", ago(3))).inputs["rightness_counts"]


def test_S01_control_a_dispute_counts_before_its_step_is_due() -> None:
    found = controlled(planned("s", ago(9), ago(-9)), disputed("s", ago(1)), purchase("p", ago(5)))
    assert (found.score, found.n, found.inputs["timeliness"]) == (50.0, 2, None)
    assert controlled(disputed("s", ago(1))).score == 0.0  # of a step that nobody told of


def test_L01_control_a_corrected_bill_is_a_failure() -> None:
    bills = [purchase(name, ago(9)) for name in "abcd"]
    right = corrected(bills[0], ago(8), line("GROCERY", "9.00"))
    assert controlled(*bills, right).score == 75.0
    assert controlled(*bills, right, returned(bills[0], ago(7), line("GROCERY", "9.00"))).score == 75.0


def test_L01_control_a_bill_of_somebody_else_is_no_purchase_but_proves_that_bills_are_corrected() -> None:
    bills = [purchase(name, ago(9)) for name in "abcd"]
    found = controlled(*bills, corrected(bills[0], ago(8)))
    assert (found.score, found.n) == (100.0, 3)
    assert controlled(bills[0], corrected(bills[0], ago(8))).score is None


def test_S04_a_step_comes_to_count_a_moment_after_its_due_time() -> None:
    facts = [
        planned("s", ago(9), ago(-3)),
        planned("d", ago(9), ago(-2)),
        done("d", ago(1)),
        planned("o", ago(9), ago(1)),
    ]
    history = read(facts, AS_OF, DEFAULT_RULES)
    assert sorted(turns(history)) == [ago(-2) + MOMENT, ago(-3) + MOMENT]
    assert turns(read([planned("n", ago(9), AS_OF)], AS_OF, DEFAULT_RULES)) == [AS_OF + MOMENT]
    for until, due in [(ago(-2), 1), (ago(-2) + MOMENT, 2), (ago(-3) + MOMENT, 3)]:
        assert control(read(facts, until, DEFAULT_RULES), DEFAULT_RULES, None).inputs["steps_due"] == due
