"""Customer care and Control of contact to cash: when something went wrong."""

from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.care import care
from services.scoring.metrics.control import control
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.complaints import ComplaintClosed
from tests.scoring.metrics.facts import (
    AS_OF,
    DAY,
    acknowledged,
    ago,
    fact,
    line,
    opened,
    purchase,
    reference,
    reopened,
    resolved,
    returned,
    visit,
    withdrawn,
)

MOMENT = timedelta(microseconds=1)


def cared(*facts: Fact) -> Metric:
    return care(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def closed(subject: str, time: datetime) -> Fact:
    return fact(ComplaintClosed(), subject, time)


# Every case below is opened 20 days ago, to be acknowledged within 1 day and resolved within 5.
@pytest.mark.parametrize(
    ("facts", "score"),
    [
        ([acknowledged("c", ago(19)), resolved("c", ago(15))], 100.0),  # each at its due time
        ([acknowledged("c", ago(19) + MOMENT), resolved("c", ago(15))], 0.0),
        ([acknowledged("c", ago(19)), resolved("c", ago(15) + MOMENT)], 0.0),
        ([resolved("c", ago(19.5))], 100.0),  # a resolution acknowledges too
        ([resolved("c", ago(18))], 0.0),  # too late as an acknowledgement
        ([], 0.0),  # open past standard
        ([resolved("c", ago(19.5)), reopened("c", ago(12.6))], 0.0),  # 6.9 days after
        ([resolved("c", ago(19.5)), reopened("c", ago(12.5))], 100.0),  # seven days held
        ([closed("c", ago(19.5))], 100.0),  # closed but never resolved
        ([closed("c", ago(19.5)), reopened("c", ago(19.4)), resolved("c", ago(19.2))], 0.0),  # that close did not last
        ([closed("c", ago(19.5)), resolved("c", ago(14))], 100.0),  # settled by the close, in time
        ([resolved("c", ago(19.5)), closed("c", ago(12)), reopened("c", ago(11))], 100.0),  # seven days held
        ([acknowledged("c", ago(19.5)), withdrawn("c", ago(18))], None),  # taken back in time
        ([withdrawn("c", ago(17))], 0.0),  # taken back after nobody had acknowledged it
        ([resolved("c", ago(19.5)), withdrawn("c", ago(19))], None),
        ([resolved("c", ago(19.5)), reopened("c", ago(19)), withdrawn("c", ago(18.5))], 0.0),
    ],
)
def test_S01_care_of_one_case(facts: list[Fact], score: float | None) -> None:
    assert cared(opened("c", ago(20)), *facts).score == score


def test_S01_care_judges_no_case_too_early() -> None:
    young = [opened("c", ago(1)), acknowledged("c", ago(0.5))]
    assert cared(*young).score is None
    assert "none of which can be judged" in cared(*young).reason
    assert cared(opened("c", ago(1))).score is None  # due at this very moment, not past it
    assert cared(opened("c", ago(1) - MOMENT)).score == 0.0
    assert cared(*young, resolved("c", ago(0.1))).score == 100.0  # seven days need not pass


def test_S01_care_by_opening_time() -> None:
    at_edge = [opened("c", ago(365)), resolved("c", ago(364.5))]
    before = [opened("d", ago(365) - MOMENT), resolved("d", ago(300))]
    assert (cared(*at_edge, *before).score, cared(*at_edge, *before).n) == (100.0, 1)


def test_S01_care_null_never_100_without_a_case() -> None:
    assert cared(purchase("p", ago(1))).score is None


def test_S01_care_tells_what_stands_beside_it() -> None:
    facts = [opened("c", ago(20)), resolved("c", ago(19.5), first_contact=True)]
    facts += [opened("d", ago(10), resolve=2 * DAY), resolved("d", ago(7))]
    found = cared(*facts, purchase("p", ago(3)), visit("v", ago(3)), purchase("q", ago(2)), visit("w", ago(2)))
    assert found.inputs["complaints_per_10000"] == 5000.0  # 2 of 4
    assert (found.score, found.inputs["first_contact_resolution"]) == (50.0, 0.5)
    assert "1 of 2 cases" in found.reason
    assert cared(*facts, reopened("c", ago(5))).inputs["first_contact_resolution"] == 0.0


def right(*facts: Fact, base: Reference | None = None) -> Metric:
    return control(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def test_S01_control_counts_wrong_items_where_the_base_records_them() -> None:
    bills = [purchase(f"p{at}", ago(at + 1), line("A", "1.00", quantity="2")) for at in range(4)]
    assert right(*bills).score is None  # silence: nobody ever recorded one
    assert right(*bills, base=reference(base={"wrong_item": 0})).score is None
    assert right(*bills).inputs["rightness"] == 1.0
    assert right(*bills, base=reference(base={"wrong_item": 3})).score == 100.0
    wrong = returned(bills[0], ago(0.5), line("A", "0.50"), reason="wrong_item", whole=False)
    assert right(*bills, wrong).score == 75.0  # 3 of 4; the customer proves that it happens
    assert right(*bills, returned(bills[0], ago(0.5), reason="unwanted")).score is None


def test_S01_control_a_purchase_wholly_returned_for_a_wrong_item_is_a_failure() -> None:
    bill = purchase("p", ago(2))
    found = right(bill, returned(bill, ago(1), reason="wrong_item"))
    assert (found.score, found.n) == (0.0, 1)
    assert right(bill, returned(bill, ago(1), reason="defective")).n == 0
