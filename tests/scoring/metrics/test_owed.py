"""Customer care: follow-ups, commitments, and what customers say of us."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.care import care
from services.scoring.metrics.follow_ups import turns
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, DAY, ago, opened, purchase, resolved
from tests.scoring.metrics.service_facts import done, promise, promise_met, survey, task

MOMENT = timedelta(microseconds=1)


def cared(*facts: Fact) -> Metric:
    return care(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ([done("t", ago(5))], 100.0),  # at its due time
        ([done("t", ago(5) + MOMENT)], 0.0),
        ([done("t", ago(9)), done("t", ago(1))], 100.0),  # the first time counts
        ([done("t", ago(11))], 100.0),  # told out of order
        ([], 0.0),
        ([done("t", AS_OF)], 0.0),
    ],
)
def test_K05_a_follow_up_is_done_by_its_due_time(facts: list[Fact], score: float) -> None:
    assert cared(task("t", ago(10), ago(5)), *facts).score == score


def test_K05_a_follow_up_not_yet_due_does_not_count() -> None:
    assert cared(task("t", ago(10), AS_OF)).score is None
    assert cared(task("t", ago(10), AS_OF - MOMENT)).score == 0.0
    assert cared(task("t", ago(10), AS_OF + DAY), done("t", ago(1))).score == 100.0  # done before it was due
    assert cared(task("t", ago(365), ago(360))).n == 1
    assert cared(task("t", ago(365) - MOMENT, ago(360))).n == 0
    assert cared(done("t", ago(3))).n == 0


def test_C12_commitments_count_by_when_they_were_made() -> None:
    assert cared(promise("k", ago(9), ago(5)), promise_met("k", ago(5))).score == 100.0
    assert cared(promise("k", ago(9), ago(5))).score == 0.0
    assert cared(promise("k", ago(9), AS_OF + DAY)).score is None
    assert cared(promise("k", ago(366), ago(5))).n == 0


def test_S01_care_adds_cases_follow_ups_and_commitments() -> None:
    facts = [opened("c", ago(20)), resolved("c", ago(19.5)), task("t", ago(9), ago(8)), task("u", ago(9), ago(8))]
    found = cared(*facts, done("t", ago(8.5)), promise("k", ago(9), ago(5)))
    assert (found.score, found.n) == (50.0, 4)  # the case and one follow-up of four
    assert (found.inputs["due"], found.inputs["kept"]) == (4, 2)
    assert found.reason == (
        "1 of 1 case settled within both standards and not reopened; 1 of 2 follow-ups done in time; "
        "0 of 1 commitment kept."
    )
    assert [fact.subject for fact in found.evidence] == ["u", "t", "k", "c"]


def test_K05_review_when_a_follow_up_is_late() -> None:
    def review(*facts: Fact) -> list[datetime]:
        return turns(read(facts, AS_OF, DEFAULT_RULES))

    assert review(task("t", ago(9), AS_OF), task("u", ago(9), ago(1))) == [AS_OF + MOMENT]
    assert review(task("t", ago(9), AS_OF + DAY), done("t", ago(1))) == []


def test_K04_what_customers_say_stands_beside_care() -> None:
    # csat 4 and 5 of 4, 5, 3: 2/3; nps one promoter, one passive, two detractors of four: -25; effort (2 + 5)/2
    said = [
        survey(ago(9), csat=4, nps=9, effort=2, product=(6, 5), culture=(3, 4)),
        survey(ago(8), csat=5, nps=8, effort=5, product=(7, 4)),
        survey(ago(7), csat=3, nps=6),
        survey(ago(365), nps=0),
        survey(ago(365) - MOMENT, nps=10, csat=1, effort=7, product=(1, 7)),
    ]
    found = cared(*said)
    assert {name: found.inputs[name] for name in ("csat", "nps", "effort", "gap")} == {
        "csat": 0.6667,
        "nps": -25.0,
        "effort": 3.5,
        "gap": -1.0,  # (-1 + 1 - 3)/3
    }
    assert found.score is None  # shown, not scored


def test_K04_null_where_nobody_answered() -> None:
    found = cared(purchase("p", ago(3)), survey(ago(3), prefers_us=True))
    assert [found.inputs[name] for name in ("csat", "nps", "effort", "gap")] == [None] * 4
