"""Phase: how far the relationship came, dated, and never backward by a return."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics.course import Course, courses
from services.scoring.metrics.history import read
from services.scoring.metrics.phase import Change, phase_history
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events.customers import AcquisitionStageChanged
from shared.events.purchases import PurchaseCorrected, PurchasedLine
from tests.scoring.metrics.facts import AS_OF, ago, fact, line, purchase, registered, returned, visit


def phases(*facts: Fact) -> tuple[Change, ...]:
    return phase_history(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES)


def names(*facts: Fact) -> list[str]:
    return [str(change.phase) for change in phases(*facts)]


def bills(*days: float, category: str = "A") -> list[Fact]:
    return [purchase(f"p{day}", ago(day), line(category, "1.00")) for day in days]


def corrected(subject: str, days: float, *lines: PurchasedLine) -> Fact:
    """A bill of so many days ago was wrong, we learn a day before `AS_OF`."""
    return fact(PurchaseCorrected(purchased_at=ago(days), reason="typo", lines=lines), subject, ago(1))


def stage(days: float) -> Fact:
    return fact(AcquisitionStageChanged(stage="enquiry"), "ann", ago(days))


def test_S03_known_is_prospect_and_unknown_is_nothing() -> None:
    assert names() == []
    assert names(registered(ago(9)), visit("v", ago(8))) == ["prospect"]


def test_S03_each_change_is_dated_by_its_purchase() -> None:
    found = phases(registered(ago(40)), *bills(30, 20))
    assert [(str(each.phase), each.fact.time) for each in found] == [
        ("prospect", ago(40)),
        ("acquisition", ago(30)),
        ("retention", ago(20)),
    ]
    assert names(*bills(30)) == ["acquisition"]  # known by buying


def test_S03_two_bills_of_one_day_are_one_purchase_day() -> None:
    assert names(*bills(30, 29.9)) == ["acquisition"]
    assert names(*bills(30.1, 30)) == ["acquisition", "retention"]  # across midnight UTC


def test_S03_kind_of_the_second_purchase() -> None:
    assert phases(*bills(30, 20))[-1].kind == "similar"
    assert phases(*bills(30), *bills(20, category="B"))[-1].kind == "other"
    first, second = bills(30, 20)
    first.data["lines"][0]["level"], second.data["lines"][0]["level"] = 1, 2
    assert phases(first, second)[-1].kind == "next_level"
    first.data["lines"][0]["level"] = 2
    assert phases(first, second)[-1].kind == "similar"


def test_S03_extension_is_regular_and_wider() -> None:
    regular = bills(50, 40, 30, 20)
    assert names(*regular, *bills(10))[-1] == "retention"  # nothing new
    assert names(*regular, *bills(10, category="B"))[-1] == "extension"
    assert names(*regular, *bills(10, category="UNKNOWN"))[-1] == "retention"
    # gaps 1 1 1 57: mean 15, s² = 3·14² + 42² over 3 = 784, s = 28: 28/15 > 1
    assert names(*bills(70, 69, 68, 67), *bills(10, category="B"))[-1] == "retention"


def test_S03_gap_variation_of_exactly_one_is_regular() -> None:
    # gaps 1 1 1 5: mean 2, s² = (3·1² + 3²)/3 = 4, s = 2: variation 2/2 = 1
    assert names(*bills(18, 17, 16, 15), *bills(10, category="B"))[-1] == "extension"
    # gaps 1 1 1 6: mean 2.25, s² = (3·1.25² + 3.75²)/3 = 6.25, s = 2.5: 2.5/2.25 > 1
    assert names(*bills(18, 17, 16, 15), *bills(9, category="B"))[-1] == "retention"


def test_S03_a_later_return_does_not_move_it_back() -> None:
    first, second = bills(30, 20)
    assert names(first, second, returned(second, ago(5), line("A", "1.00"))) == ["acquisition", "retention"]
    assert names(first, returned(first, ago(5), line("A", "1.00"))) == ["acquisition"]


def test_S03_a_purchase_taken_back_before_the_next_was_none() -> None:
    first, second = bills(30, 20)
    found = phases(first, returned(first, ago(25), line("A", "1.00")), second)
    assert [(str(each.phase), each.fact.time) for each in found] == [("acquisition", ago(30))]
    back_first = returned(first, ago(31), line("A", "1.00"))
    assert [str(each.phase) for each in phases(back_first, first)] == ["prospect"]


def test_S03_a_category_taken_back_does_not_widen() -> None:
    wide = purchase("wide", ago(40), line("A", "1.00"), line("B", "1.00"))
    rest = bills(50, 30, 20)
    assert names(*rest, wide, *bills(10))[-1] == "extension"
    assert names(*rest, wide, *bills(10), returned(wide, ago(25), line("B", "1.00")))[-1] == "retention"


def test_S03_who_is_in_the_pipeline_is_in_acquisition() -> None:
    found = phases(registered(ago(40)), stage(35), stage(32), *bills(30, 20))
    assert [(str(each.phase), each.fact.time) for each in found] == [
        ("prospect", ago(40)),
        ("acquisition", ago(35)),
        ("retention", ago(20)),
    ]
    assert found[1].to_json()["evidence"][0]["type"] == "crm.acquisition.stage_changed.v1"
    assert names(stage(35)) == ["acquisition"]


def test_S03_the_pipeline_comes_too_late_for_who_bought() -> None:
    assert [each.fact.time for each in phases(*bills(30), stage(25), *bills(20))] == [ago(30), ago(20)]


def test_S03_a_bill_corrected_to_nothing_was_never_bought() -> None:
    first, second = bills(30, 20)
    assert names(first, second, corrected("p20", 20)) == ["acquisition"]
    assert [(str(each.phase), each.fact.time) for each in phases(first, second, corrected("p30", 30))] == [
        ("prospect", ago(30)),
        ("acquisition", ago(20)),
    ]


def test_S03_a_correction_counts_from_the_beginning() -> None:
    regular = [*bills(50, 40, 30, 20), *bills(10, category="B")]
    found = phases(*regular)
    assert (str(found[-1].phase), found[-1].fact.subject) == ("extension", "p10")
    assert names(*regular, corrected("p10", 10, line("A", "1.00")))[-1] == "retention"
    earlier = phases(*bills(50, 40, 30, 20, 10), corrected("p40", 40, line("B", "1.00")))
    assert (str(earlier[-1].phase), earlier[-1].fact.subject) == ("extension", "p10")
    assert earlier[1].kind == "other"


def test_S03_a_corrected_bill_may_come_back() -> None:
    first, second = bills(30, 20)
    right = line("B", "2.00")
    back = returned(second, ago(15), right)
    assert names(first, second, corrected("p20", 20, right), back, *bills(10)) == ["acquisition", "retention"]
    assert phases(first, second, corrected("p20", 20, right), back)[-1].kind == "other"


def test_S03_the_highest_level_of_the_first_day_is_the_one_to_pass() -> None:
    first = [purchase(f"p{at}", ago(30), line("A", "1.00", level=level)) for at, level in enumerate((3, 1))]
    assert phases(*first, purchase("q", ago(20), line("A", "1.00", level=2)))[-1].kind == "similar"
    assert phases(*first, purchase("q", ago(20), line("A", "1.00", level=4)))[-1].kind == "next_level"


def test_S03_a_level_that_came_back_is_none() -> None:
    low, high = line("A", "1.00", level=1), line("A", "1.00", level=2)
    first, second = purchase("p", ago(30), low, line("B", "1.00")), purchase("q", ago(20), high)
    assert phases(first, second)[-1].kind == "next_level"
    assert phases(first, returned(first, ago(25), low), second)[-1].kind == "other"
    both = purchase("q", ago(20), high, line("B", "1.00"))
    assert phases(first, both, returned(both, ago(20), high))[-1].kind == "similar"


def test_S03_a_level_of_no_known_category_is_none() -> None:
    first, second = (purchase(f"p{at}", ago(30 - at), line("UNKNOWN", "1.00", level=at)) for at in (1, 2))
    assert phases(first, second)[-1].kind == "other"


LINES = st.lists(
    st.builds(line, st.sampled_from(["A", "B", "UNKNOWN"]), st.just("1.00"), level=st.integers(1, 3)),
    min_size=1,
    max_size=3,
)
BILLS = st.lists(st.tuples(st.integers(1, 24), LINES, st.integers(0, 24), st.integers(0, 3)), max_size=12)


def anew(bought: Sequence[Purchase]) -> Iterator[tuple[int, str, str | None, bool]]:
    """The course up to each purchase, walked from the beginning for each."""
    for at, bill in enumerate(bought):
        course = Course("UNKNOWN")
        for number, earlier in enumerate(bought[: at + 1]):
            course.note(number, earlier, bill.time)
        if bill.stands(bill.time):
            yield _seen(course)


def _seen(course: Course) -> tuple[int, str, str | None, bool]:
    return course.days, str(course.phase(DEFAULT_RULES.extension)), course.kind_of_second, course.widened


@given(BILLS)
@settings(max_examples=200, deadline=None)
def test_S03_the_course_less_what_came_back_is_the_course_without_it(
    told: list[tuple[int, list[PurchasedLine], int, int]],
) -> None:
    facts = []
    for at, (days, lines, later, back) in enumerate(told):
        facts.append(purchase(f"p{at:02}", ago(days / 2), *lines))
        if back:
            facts.append(returned(facts[-1], ago((days - later) / 2 + 0.1), *lines[:back]))
    bought = read(facts, AS_OF, DEFAULT_RULES).bought
    assert [_seen(course) for _, course in courses(bought, DEFAULT_RULES)] == list(anew(bought))


def test_S03_many_returns_are_walked_in_a_moment() -> None:
    bills = [
        purchase(f"p{at:04}", AS_OF - timedelta(minutes=90 * (5000 - at)), line("A", "1.00")) for at in range(2500)
    ]
    facts = bills + [returned(bill, bill.time + timedelta(days=60)) for bill in bills]
    bought = read(facts, AS_OF, DEFAULT_RULES).bought
    began = process_time()
    assert len(list(courses(bought, DEFAULT_RULES))) == 2500
    assert process_time() - began < 0.5  # a walk from the beginning for each took seconds
