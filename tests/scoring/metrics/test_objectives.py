"""Customer: the objectives that somebody set for this one customer."""

from datetime import timedelta

from services.scoring.facts.fact import Fact
from services.scoring.metrics.course import Phase
from services.scoring.metrics.customer import customer
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.objectives import turns
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, DAY, ago, purchase, reference
from tests.scoring.metrics.service_facts import objective, objective_closed, progressed

MOMENT = timedelta(microseconds=1)
HALFWAY = objective("o", ago(50), ago(-50))  # half of its 100 is to be expected by now


def kept(*facts: Fact) -> Metric:
    base = reference(median_gap=7.0, median_first_interval=7.0)
    return customer(read(facts, AS_OF, DEFAULT_RULES), Phase.RETENTION, DEFAULT_RULES, base)


def test_C11_progress_is_held_against_what_is_expected_by_now() -> None:
    found = kept(HALFWAY, progressed("o", ago(9), "30"), progressed("o", ago(3), "40"))
    assert (found.score, found.value) == (80.0, 0.8)  # the last progress, 40, of 50
    assert kept(HALFWAY, progressed("o", ago(3), "90")).score == 100.0  # ahead is no more than all
    assert kept(HALFWAY, progressed("o", ago(3), "-5")).score == 0.0
    assert kept(HALFWAY).score == 0.0


def test_C11_past_due_the_target_is_expected() -> None:
    assert kept(objective("o", ago(80), ago(30)), progressed("o", ago(3), "40")).score == 40.0
    assert kept(objective("o", ago(80), AS_OF), progressed("o", ago(3), "40")).score == 40.0
    assert kept(objective("o", ago(80), ago(30))).inputs["past_due"] == 1
    assert kept(objective("o", ago(80), AS_OF)).inputs["past_due"] == 0


def test_C11_an_objective_without_a_strategy_counts_half() -> None:
    aimless = objective("p", ago(50), ago(-50), strategy=None)
    found = kept(HALFWAY, progressed("o", ago(9), "40"), aimless, progressed("p", ago(9), "60"))
    assert found.score == 65.0  # (0.8 + 1/2)/2
    assert (found.n, found.inputs["without_strategy"]) == (2, 1)
    assert found.reason == "2 objectives at 65 % of what is to be expected by now; 1 without a strategy."


def test_C11_set_objectives_are_no_default_and_take_its_place() -> None:
    many = [objective(f"o{at}", ago(50), ago(-50)) for at in range(20)]
    found = kept(purchase("p", ago(1)), *many)
    assert (found.inputs["default"], found.confidence) == (False, 0.8)  # 20/(20 + 5), no cap at 0.5
    assert {fact.type for fact in found.evidence} == {"crm.objective.set.v1"}


def test_C11_a_closed_objective_counts_no_more() -> None:
    bought = purchase("p", ago(1))
    assert kept(HALFWAY, objective_closed("o", ago(5))).score is None
    assert kept(bought, HALFWAY, objective_closed("o", ago(5))).inputs["default"] is True
    assert kept(bought, HALFWAY, objective_closed("o", ago(60))).inputs["default"] is True  # told out of order
    assert kept(HALFWAY, objective_closed("o", AS_OF)).score == 0.0


def test_C11_nothing_is_expected_of_an_objective_in_its_first_day() -> None:
    young, bought = objective("o", ago(1) + MOMENT, ago(-50)), purchase("p", ago(1))
    assert kept(young).score is None
    assert (kept(bought, young).score, kept(bought, young).inputs["default"]) == (100.0, True)
    assert kept(objective("o", ago(0.5), AS_OF)).score == 0.0  # due already
    assert turns(read([young], AS_OF, DEFAULT_RULES), DEFAULT_RULES.objectives) == [AS_OF + MOMENT]
    day_old = objective("p", ago(1), ago(-50))
    assert kept(bought, day_old).score == 0.0
    assert turns(read([HALFWAY, day_old], AS_OF, DEFAULT_RULES), DEFAULT_RULES.objectives) == []
    soon = objective("o", ago(0.5), AS_OF + 0.25 * DAY)
    assert turns(read([soon], AS_OF, DEFAULT_RULES), DEFAULT_RULES.objectives) == [AS_OF + 0.25 * DAY]


def test_C11_set_again_the_last_target_holds_since_the_first_setting() -> None:
    again = objective("o", ago(10), ago(-50), target="200")
    assert kept(HALFWAY, again, progressed("o", ago(3), "40")).score == 40.0  # 40 of half of 200
    assert kept(progressed("nobody-set-it", ago(3), "40")).score is None
