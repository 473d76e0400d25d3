"""Customer care: cases whose clock stands still, and breaches that were told."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.care import care
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, DAY, acknowledged, ago, opened, reopened, resolved, withdrawn
from tests.scoring.metrics.service_facts import breached, paused, resumed

MOMENT = timedelta(microseconds=1)


def cared(*facts: Fact) -> Metric:
    return care(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def again(time: datetime, *, acknowledge: float = 19, resolve: float) -> Fact:
    """The clock of the case runs again, to these due times in days before `AS_OF`."""
    return resumed("c", time, acknowledge=ago(acknowledge), resolve=ago(resolve))


# The case is opened 20 days ago, to be acknowledged 19 and resolved 15 days ago; it is acknowledged in time.
@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ([paused("c", ago(16))], None),  # the clock stands: nothing is missed
        ([paused("c", ago(15))], None),  # at the due time it is not missed yet
        ([paused("c", ago(15) + MOMENT)], 0.0),
        ([paused("c", ago(16)), resolved("c", ago(3))], 100.0),  # resolved while it stood
        ([paused("c", ago(16)), again(ago(10), resolve=8), resolved("c", ago(8))], 100.0),
        ([paused("c", ago(16)), again(ago(10), resolve=8), resolved("c", ago(8) + MOMENT)], 0.0),
        ([paused("c", ago(16)), again(ago(10), resolve=8)], 0.0),
        ([paused("c", ago(16)), again(ago(10), resolve=-1)], None),
        ([paused("c", ago(14)), again(ago(10), resolve=8), resolved("c", ago(9))], 0.0),  # missed before the pause
        ([again(ago(16), resolve=8), resolved("c", ago(9))], 100.0),  # a resumption alone brings its due times
        ([paused("c", ago(16)), paused("c", ago(12)), again(ago(10), resolve=8), resolved("c", ago(9))], 100.0),
        ([paused("c", ago(16)), again(ago(10), resolve=8), paused("c", ago(9)), withdrawn("c", ago(5))], None),
        ([paused("c", ago(21)), resolved("c", ago(3))], 100.0),  # told out of order
        ([breached("c", ago(15)), resolved("c", ago(16))], 0.0),  # a breach that was told is certain
        ([breached("c", ago(17)), paused("c", ago(16))], 0.0),
        ([breached("c", AS_OF), paused("c", ago(16))], None),  # not known yet
        ([resolved("c", ago(16)), withdrawn("c", ago(15.5)), breached("c", ago(15))], None),  # taken back before
        # While it was taken back nobody owed an answer; the reopening brings new due times.
        ([withdrawn("c", ago(16)), reopened("c", ago(10)), again(ago(10), resolve=5), resolved("c", ago(6))], 100.0),
        ([withdrawn("c", ago(14)), reopened("c", ago(10)), again(ago(10), resolve=5), resolved("c", ago(6))], 0.0),
        ([withdrawn("c", ago(16)), reopened("c", ago(10)), resolved("c", ago(6))], 0.0),  # others tell no new ones
        # Taken up again after more than a week, the standard to resolve runs anew.
        ([resolved("c", ago(18)), reopened("c", ago(10)), again(ago(10), resolve=5), resolved("c", ago(5))], 100.0),
        ([resolved("c", ago(18)), reopened("c", ago(10)), again(ago(10), resolve=5), resolved("c", ago(4))], 0.0),
        ([resolved("c", ago(18)), reopened("c", ago(10)), again(ago(10), resolve=5)], 0.0),
        ([resolved("c", ago(18)), reopened("c", ago(10)), again(ago(10), resolve=-1)], 100.0),  # not due yet
        ([resolved("c", ago(18)), reopened("c", ago(10)), again(ago(10), resolve=5), withdrawn("c", ago(6))], 100.0),
    ],
)
def test_K02_the_clock_of_a_case(facts: list[Fact], score: float | None) -> None:
    assert cared(opened("c", ago(20)), acknowledged("c", ago(19.5)), *facts).score == score


def test_K02_the_clock_stands_for_the_acknowledgement_too() -> None:
    case = [opened("c", ago(20)), paused("c", ago(19.5))]
    assert cared(*case).score is None
    late = [again(ago(10), acknowledge=9, resolve=8), resolved("c", ago(8.5))]
    assert cared(*case, *late).score == 0.0  # the resolution acknowledges half a day too late
    assert cared(*case, *late, acknowledged("c", ago(9))).score == 100.0
    meanwhile = [acknowledged("c", ago(12)), again(ago(10), resolve=8), resolved("c", ago(9))]
    assert cared(*case, *meanwhile).score == 100.0  # acknowledged while it stood; its due time comes back unchanged


def test_K02_a_breach_that_was_told_is_not_counted_again() -> None:
    found = cared(opened("c", ago(20)), breached("c", ago(19), "acknowledge"), breached("c", ago(15)))
    assert (found.score, found.n, found.inputs["past_standard"]) == (0.0, 1, 1)
    assert [fact.type for fact in found.evidence] == ["crm.complaint.breached.v1"]
    assert cared(breached("of-no-known-case", ago(9))).n == 0


def test_K02_review_when_the_running_clock_passes_a_standard() -> None:
    def turns(*facts: Fact) -> list[datetime]:
        (case,) = read([opened("c", ago(0.5)), *facts], AS_OF, DEFAULT_RULES).cases
        return case.turns(AS_OF)

    assert turns() == [AS_OF + 0.5 * DAY + MOMENT, AS_OF + 4.5 * DAY + MOMENT]
    assert turns(paused("c", ago(0.4))) == []
    later = resumed("c", ago(0.3), acknowledge=AS_OF + 2 * DAY, resolve=AS_OF + 6 * DAY)
    assert turns(paused("c", ago(0.4)), later) == [AS_OF + 2 * DAY + MOMENT, AS_OF + 6 * DAY + MOMENT]
    assert turns(reopened("c", ago(0.3)), resolved("c", ago(0.4))) == []
    anew = resumed("c", ago(0.3), acknowledge=AS_OF, resolve=AS_OF + 6 * DAY)
    again = [resolved("c", ago(0.4)), reopened("c", ago(0.3)), anew]
    assert turns(*again) == [AS_OF + 6 * DAY + MOMENT]
    assert turns(*again, resolved("c", ago(0.2))) == []
