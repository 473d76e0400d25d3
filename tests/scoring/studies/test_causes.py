"""K09: root causes that recur, counted by hand."""

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.studies.causes import Causes
from services.scoring.studies.periods import before
from shared.events.complaints import ComplaintResolved
from tests.scoring.metrics.facts import AS_OF, ago, fact, opened, purchase, reopened

PERIODS = before(AS_OF, DEFAULT_RULES.period, 4)
Z = DEFAULT_RULES.rates.confidence_z


def case(days_ago: float, cause: str, name: str = "k") -> list[Fact]:
    """A case that was resolved so many days ago, by this cause."""
    settled = fact(ComplaintResolved(root_cause=cause), name, ago(days_ago))
    return [opened(name, ago(days_ago + 1)), settled]


def bought(*days_ago: float) -> list[Fact]:
    return [purchase(f"b{day}", ago(day)) for day in days_ago]


def recurring(*people: list[Fact]) -> dict[str, tuple[int, int, int, int]]:
    """By cause: of how many customers it met how many, before and now."""
    causes = Causes(PERIODS)
    for facts in people:
        causes.add(read(facts, AS_OF, DEFAULT_RULES))
    return {
        each["root_cause"]: (each["before"]["n"], each["before"]["count"], each["now"]["n"], each["now"]["count"])
        for each in causes.recurring(Z)
    }


CUSTOMERS = [bought(5, 95, 185, 275)] * 10
"""Ten who bought in each of the four periods: 30 customers in the periods before, 10 in the last."""


def test_K09_a_cause_recurs_that_met_more_customers_than_it_used_to() -> None:
    now = [case(10, "staffing")] * 4
    assert recurring(*CUSTOMERS, *now, case(100, "staffing")) == {"staffing": (31, 1, 14, 4)}
    assert recurring(*CUSTOMERS, *now, *[case(100, "staffing")] * 10) == {}, "it was as frequent before"


def test_K09_two_are_a_coincidence() -> None:
    assert recurring(*CUSTOMERS, *[case(10, "staffing")] * 2) == {}
    assert recurring(*CUSTOMERS, *[case(10, "staffing")] * 3) == {"staffing": (30, 0, 13, 3)}


def test_K09_a_customer_counts_once_for_a_cause() -> None:
    thrice = [*case(10, "staffing", "a"), *case(20, "staffing", "b"), *case(30, "staffing", "c")]
    assert recurring(*CUSTOMERS, thrice) == {}


def test_K09_a_case_counts_when_and_as_it_was_resolved_last() -> None:
    again = [*case(100, "staffing"), reopened("k", ago(50)), fact(ComplaintResolved(root_cause="till"), "k", ago(9))]
    assert recurring(*CUSTOMERS, *[again] * 3) == {"till": (30, 0, 13, 3)}
    assert recurring(*CUSTOMERS, *[[*again, reopened("k", ago(3))]] * 3) == {}, "it is not settled"


def test_K09_without_anybody_before_nothing_recurs() -> None:
    assert recurring(*[case(10, "staffing")] * 3) == {}


def test_K09_the_most_frequent_comes_first() -> None:
    told = recurring(*CUSTOMERS, *[case(10, "till")] * 3, *[case(10, "staffing")] * 4, *[case(9, "shelf")] * 3)
    assert list(told) == ["staffing", "shelf", "till"]
