"""Capabilities: goods to be had, deliveries on time, quality, and remedies that need no asking."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.capabilities import capabilities
from services.scoring.metrics.deliveries import turns
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.dealing_facts import (
    bill,
    checked,
    corrected,
    delivered,
    granted,
    not_available,
    refused,
)
from tests.scoring.metrics.facts import AS_OF, DAY, ago, line, purchase, reference, returned

MOMENT = timedelta(microseconds=1)


def able(*facts: Fact, base: Reference | None = None, as_of: datetime = AS_OF) -> Metric:
    return capabilities(read(facts, as_of, DEFAULT_RULES), DEFAULT_RULES, base)


def met(name: str, *facts: Fact, base: Reference | None = None, as_of: datetime = AS_OF) -> tuple[int, int]:
    """Calls met, and calls, of one capability."""
    told = able(*facts, base=base, as_of=as_of).inputs[name]
    return told["met"], told["called"]


def two_lines(name: str, time: datetime) -> Fact:
    return purchase(name, time, line("A", "1.00"), line("B", "1.00"))


def test_S01_capabilities_null_when_none_was_called_upon() -> None:
    found = able(purchase("p", ago(3)))
    assert (found.score, found.n, found.evidence) == (None, 0, ())
    assert "No capability was called upon" in found.reason
    assert able(base=reference(base={"unavailable": 1, "defective": 1})).score is None


def test_S01_availability_counts_where_somebody_recorded_that_goods_were_not_to_be_had() -> None:
    bought = two_lines("p", ago(9))
    assert met("availability", bought, base=reference(base={"unavailable": 0, "defective": 3})) == (0, 0)
    assert met("availability", bought, base=reference(base={"unavailable": 1})) == (2, 2)
    assert met("availability", bought, not_available("e", ago(8), lines=3)) == (2, 5)
    lacking = purchase("q", ago(9), line("A", "1.00"), line("A", "0.00", available=False))
    assert met("availability", bought, lacking) == (3, 4)


def test_S01_availability_of_the_window_and_not_of_what_came_back() -> None:
    edge = [two_lines("p", ago(365)), not_available("e", ago(365))]
    assert met("availability", *edge) == (2, 3)
    assert met("availability", *edge, as_of=AS_OF + MOMENT) == (0, 0)
    gone = two_lines("g", ago(9))
    back = returned(gone, ago(8), line("A", "1.00"), line("B", "1.00"))
    assert met("availability", *edge, gone, back) == (2, 3)
    lacking = purchase("q", ago(9), line("A", "1.00", available=False))
    assert met("availability", lacking, returned(lacking, ago(8), line("A", "1.00"))) == (0, 1)


DUE = line("A", "1.00", due_at=ago(10))


@pytest.mark.parametrize(
    ("facts", "punctual"),
    [
        ([], (0, 1)),  # open and past due
        ([delivered("p", ago(10))], (1, 1)),  # at its due time
        ([delivered("p", ago(10) + MOMENT)], (0, 1)),
        ([delivered("p", ago(11), in_full=False)], (0, 1)),
        ([delivered("p", ago(11), in_full=False), delivered("p", ago(10))], (1, 1)),  # the rest came in time
        ([delivered("p", ago(11)), delivered("p", ago(9))], (1, 1)),
        ([delivered("p", ago(11), due_at=ago(12))], (1, 1)),  # the purchase's due time goes before
        ([delivered("p", ago(11), at=2)], (0, 1)),  # another line, of no due time
        ([delivered("p", ago(11)), delivered("p", ago(9), at=2, due_at=ago(9))], (2, 2)),
        ([delivered("q", ago(8), due_at=ago(9))], (0, 1)),  # of no known purchase
    ],
)
def test_L01_punctuality_of_lines_in_full_and_on_time(facts: list[Fact], punctual: tuple[int, int]) -> None:
    assert met("punctuality", bill("p", ago(20), DUE, line("B", "1.00")), *facts) == punctual


def test_L01_punctuality_as_told_with_the_purchase() -> None:
    told = [
        line("A", "1.00", due_at=ago(10), delivered_at=ago(10)),
        line("A", "1.00", due_at=ago(10), delivered_at=ago(9)),
    ]
    assert met("punctuality", bill("p", ago(20), *told)) == (1, 2)
    assert met("punctuality", bill("p", ago(20), *told), delivered("p", ago(11), at=2)) == (2, 2)


def test_L01_punctuality_by_due_time_in_the_window() -> None:
    def due(at: datetime) -> Fact:
        return bill("p", ago(400), line("A", "1.00", due_at=at))

    assert met("punctuality", due(ago(365))) == (0, 1)
    assert met("punctuality", due(ago(365) - MOMENT)) == (0, 0)
    assert met("punctuality", due(AS_OF - MOMENT)) == (0, 1)
    assert met("punctuality", due(AS_OF), delivered("p", ago(1))) == (0, 0)  # not yet due


def test_L01_punctuality_an_order_taken_back_before_its_due_time_is_due_no_more() -> None:
    order = bill("p", ago(20), DUE)
    assert met("punctuality", order, returned(order, ago(10), line("A", "1.00"))) == (0, 0)
    assert met("punctuality", order, returned(order, ago(10) + MOMENT, line("A", "1.00"))) == (0, 1)
    assert met("punctuality", order, corrected(order, ago(19))) == (0, 0)  # it was somebody else's
    assert met("punctuality", order, corrected(order, ago(19), line("A", "1.00", due_at=ago(-1)))) == (0, 0)


def test_S01_quality_counts_lines_and_checks_where_somebody_recorded_a_failure() -> None:
    bought = two_lines("p", ago(9))
    good = checked("r", ago(5), conforms=True)
    assert met("quality", bought, good) == (0, 0)  # silence
    assert met("quality", bought, good, base=reference(base={"defective": 1})) == (3, 3)
    assert met("quality", bought, good, base=reference(base={"failed_check": 1})) == (3, 3)
    assert met("quality", bought, good, checked("r", ago(4), conforms=False)) == (3, 4)
    assert met("quality", bought, returned(bought, ago(8), line("A", "1.00"), reason="defective")) == (1, 2)
    assert met("quality", bought, returned(bought, ago(8), line("A", "1.00"), reason="unwanted")) == (0, 0)


def test_S01_quality_a_defective_purchase_returned_whole_or_in_part_is_a_failure() -> None:
    bought = purchase("p", ago(9), line("A", "1.00", quantity="4"), line("A", "1.00"))
    part = returned(bought, ago(8), line("A", "0.50", quantity="2"), reason="defective", whole=False)
    again = returned(bought, ago(7), line("A", "0.25"), reason="defective", whole=False)
    assert met("quality", bought, part) == (1, 2)
    third = returned(bought, ago(6), line("A", "0.10"), reason="defective", whole=False)
    assert met("quality", bought, part, again, third) == (0, 2)
    single = purchase("q", ago(9))
    assert met("quality", single, returned(single, ago(8), reason="defective")) == (0, 1)
    assert met(
        "quality", purchase("old", ago(400)), returned(purchase("old", ago(400)), ago(8), reason="defective")
    ) == (0, 0)


def test_K03_authority_is_remedies_granted_without_asking() -> None:
    facts = [granted("a", ago(9)), granted("b", ago(365)), granted("c", ago(8), escalated=True), refused("d", ago(7))]
    assert met("authority", *facts) == (2, 4)
    assert met("authority", *facts, as_of=AS_OF + MOMENT) == (1, 3)
    assert able(refused("d", ago(7))).score == 0.0


def test_S01_capabilities_is_the_mean_of_those_called_upon() -> None:
    facts = [bill("p", ago(20), DUE, line("B", "1.00", due_at=ago(5))), delivered("p", ago(11))]
    facts += [granted("a", ago(9)), granted("b", ago(8)), granted("c", ago(7)), refused("d", ago(6))]
    found = able(*facts)
    # punctuality 1 of 2, authority 3 of 4
    assert (found.score, found.value, found.n) == (62.5, 0.625, 6)
    assert found.reason == "Calls met: punctuality 1 of 2, authority 3 of 4."
    assert [fact.subject for fact in found.evidence] == ["d", "p"]  # what was not met
    assert [fact.subject for fact in able(granted("a", ago(9)), granted("b", ago(8))).evidence] == ["b", "a"]


def test_S04_a_line_comes_to_count_a_moment_after_its_due_time() -> None:
    facts = [bill("p", ago(20), line("A", "1.00", due_at=AS_OF), line("B", "1.00", due_at=ago(-2)), DUE)]
    facts.append(delivered("p", ago(1), at=2))
    assert sorted(turns(read(facts, AS_OF, DEFAULT_RULES))) == [AS_OF + MOMENT, ago(-2) + MOMENT]
    calls = [met("punctuality", *facts, as_of=at) for at in (AS_OF, AS_OF + MOMENT, AS_OF + 2 * DAY + MOMENT)]
    assert calls == [(0, 1), (0, 2), (1, 3)]
