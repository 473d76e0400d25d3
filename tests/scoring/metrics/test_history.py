"""What a customer's facts come to: netted, paired, in order, as of a date."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from services.scoring.metrics.history import read
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.dealing_facts import corrected
from tests.scoring.metrics.facts import (
    AS_OF,
    acknowledged,
    ago,
    answer,
    consent,
    contact,
    line,
    opened,
    purchase,
    registered,
    reopened,
    resolved,
    returned,
    visit,
    visit_end,
    withdrawn,
)


def test_S12_the_window_includes_its_first_moment_and_not_as_of() -> None:
    facts = [
        purchase("too-old", ago(365) - timedelta(microseconds=1)),
        purchase("first", ago(365)),
        purchase("last", AS_OF - timedelta(microseconds=1)),
        purchase("now", AS_OF),
    ]
    history = read(facts, AS_OF, DEFAULT_RULES)
    assert [each.fact.subject for each in history.recent(history.purchases)] == ["first", "last"]
    assert len(history.purchases) == 3
    assert history.future == AS_OF


def test_the_same_source_and_id_counts_once() -> None:
    bought = purchase("p", ago(5))
    again = replace(bought, time=ago(3), recorded=ago(3))
    history = read([again, bought, bought], AS_OF, DEFAULT_RULES)
    assert [fact.time for fact in history.facts] == [ago(5)]


def test_a_return_is_netted_from_the_group_it_came_from() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", cost="6.00"), line("A", "4.00"), line("B", "5.00", listed="7.00"))
    back = returned(sold, ago(2), line("B", "5.00", listed="7.00"), line("A", "4.00"))
    [bought] = read([sold, back], AS_OF, DEFAULT_RULES).purchases
    known, unknown, b = sorted(bought.lines, key=lambda group: (group.category, group.cost is None))
    assert (known.paid, known.cost, known.kept) == (Decimal(10), Decimal(6), 1)
    assert (unknown.paid, unknown.cost, unknown.kept, unknown.dropped) == (Decimal(0), None, 0, ago(2))
    assert (b.listed, b.paid, b.dropped) == (Decimal(0), Decimal(0), ago(2))


def test_a_part_of_a_line_returned_leaves_the_line() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", quantity="2"))
    back = returned(sold, ago(2), line("A", "5.00"), whole=False)
    [bought] = read([sold, back], AS_OF, DEFAULT_RULES).purchases
    assert (bought.lines[0].paid, bought.lines[0].kept, bought.voided) == (Decimal(5), 1, None)


def test_a_purchase_wholly_returned_is_none_but_a_free_one_is() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", quantity="2"))
    halves = [returned(sold, ago(day), line("A", "5.00")) for day in (3, 2)]
    free = purchase("free", ago(20), line("A", "0.00", quantity="0"))
    nothing = returned(free, ago(1), line("A", "0.00", quantity="0"))
    history = read([sold, *halves, free, nothing], AS_OF, DEFAULT_RULES)
    assert [each.fact.subject for each in history.purchases] == ["free"]
    assert [each.voided for each in history.bought] == [ago(2), None]


def test_a_purchase_told_again_under_another_event_is_one() -> None:
    first, again = purchase("p", ago(30), line("A", "4.00")), purchase("p", ago(20), line("A", "9.00"))
    history = read([again, first], AS_OF, DEFAULT_RULES)
    assert [(each.time, each.lines[0].paid) for each in history.purchases] == [(ago(30), Decimal(4))]
    other = replace(again, source="/crm/third-party")
    assert len(read([again, first, other], AS_OF, DEFAULT_RULES).purchases) == 2


def test_a_return_in_another_currency_is_not_netted() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", quantity="2"), line("B", "3.00"))
    back = returned(sold, ago(9), line("A", "4.00", currency="INR", quantity="3"), reason="wrong_item")
    [bought] = read([sold, back], AS_OF, DEFAULT_RULES).purchases
    assert (bought.lines[0].paid, bought.lines[0].kept, bought.voided) == (Decimal(10), 1, None)
    assert bought.wrong_item  # that it was wrong holds in any currency
    right = corrected(sold, ago(20), line("A", "800.00", currency="INR", quantity="3"))
    [bought] = read([sold, right, back], AS_OF, DEFAULT_RULES).bought
    assert (bought.lines[0].paid, bought.voided) == (Decimal(796), ago(9))


def test_a_return_stored_before_it_told_its_currency_is_netted() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", quantity="2"))
    back = returned(sold, ago(9), line("A", "4.00"))
    del back.data["currency"]
    assert read([sold, back], AS_OF, DEFAULT_RULES).purchases[0].lines[0].paid == Decimal(6)


def test_what_comes_back_is_in_one_currency() -> None:
    with pytest.raises(ValidationError, match="in one currency"):
        returned(purchase("p", ago(9)), ago(8), line("A", "1.00"), line("A", "1.00", currency="EUR"))


@pytest.mark.parametrize(
    ("paid", "cost"),
    [("90.00", "6"), ("33.33", "40.002"), ("0.00", "60"), ("100.00", "0"), ("120.00", "0")],
)
def test_a_return_without_cost_takes_its_share_of_the_cost_back(paid: str, cost: str) -> None:
    # bought for 100 at a cost of 60: 60·90/100 = 54 come back, 60·33.33/100 = 19.998, and never more than all
    sold = purchase("p", ago(30), line("A", "100.00", cost="60.00", quantity="10"))
    [bought] = read([sold, returned(sold, ago(2), line("A", paid))], AS_OF, DEFAULT_RULES).purchases
    assert bought.lines[0].cost == Decimal(cost)


def test_a_share_of_a_cost_is_rounded_half_to_even() -> None:
    sold = purchase("p", ago(30), line("A", "3.00", cost="1.00", quantity="3"))
    backs = [returned(sold, ago(day), line("A", "1.00")) for day in (3, 2)]
    [bought] = read([sold, backs[0]], AS_OF, DEFAULT_RULES).purchases
    assert bought.lines[0].cost == Decimal("0.6667")  # less 1/3, which is 0.3333
    [bought] = read([sold, *backs], AS_OF, DEFAULT_RULES).purchases
    assert bought.lines[0].cost == Decimal("0.3333")  # less 0.6667/2 = 0.33335, to the even 0.3334
    half = purchase("q", ago(30), line("A", "2.00", cost="0.0001", quantity="2"))
    [bought] = read([half, returned(half, ago(2), line("A", "1.00"))], AS_OF, DEFAULT_RULES).purchases
    assert bought.lines[0].cost == Decimal("0.0001")  # less 0.00005, to the even 0


def test_free_goods_take_their_cost_back_with_the_last_line() -> None:
    sold = purchase("p", ago(30), *[line("A", "0.00", cost="3.00")] * 2, line("B", "9.00"))
    backs = [returned(sold, ago(day), line("A", "0.00")) for day in (3, 2)]
    assert read([sold, backs[0]], AS_OF, DEFAULT_RULES).purchases[0].lines[0].cost == Decimal(6)
    assert read([sold, *backs], AS_OF, DEFAULT_RULES).purchases[0].lines[0].cost == Decimal(0)


def test_a_return_of_the_whole_bill_leaves_no_line_kept() -> None:
    sold = purchase("p", ago(30), line("A", "10.00", tailored=True), line("B", "5.00", tailored=True))
    back = returned(sold, ago(2), line("A", "15.00", quantity="2"))
    [bought] = read([sold, back], AS_OF, DEFAULT_RULES).bought
    assert [(each.kept, each.tailored, each.tailorable) for each in bought.lines] == [(0, 0, 1), (0, 0, 1)]


def test_S12_a_return_counts_from_its_own_time_on() -> None:
    sold = purchase("p", ago(30))
    back = returned(sold, ago(10))
    assert read([sold, back], ago(10), DEFAULT_RULES).purchases
    assert not read([sold, back], ago(9), DEFAULT_RULES).purchases


def test_orphans_are_passed_by() -> None:
    facts = [
        returned(purchase("never-told", ago(9)), ago(8)),
        answer("no-campaign", ago(8)),
        acknowledged("no-case", ago(8)),
        resolved("no-case", ago(7)),
        reopened("no-case", ago(6)),
        withdrawn("no-case", ago(5)),
        visit_end("no-start", ago(4), "helped"),
        returned(purchase("p", ago(3)), ago(2), line("OTHER", "1.00")),
    ]
    history = read(facts, AS_OF, DEFAULT_RULES)
    assert (history.bought, history.contacts, history.cases) == ((), (), ())
    assert [each.outcome for each in history.visits] == ["helped"]


def test_a_return_of_a_category_not_bought_takes_nothing() -> None:
    sold = purchase("p", ago(9), line("A", "3.00", quantity="2"))
    back = returned(sold, ago(8), line("B", "3.00"))
    [bought] = read([sold, back], AS_OF, DEFAULT_RULES).purchases
    assert bought.lines[0].paid == 3


def test_the_main_currency_is_that_of_most_purchases_and_then_the_first_by_name() -> None:
    def bought(*currencies: str) -> str | None:
        facts = [
            purchase(f"p{at}", ago(at + 1), line("A", "1.00", currency=currency))
            for at, currency in enumerate(currencies)
        ]
        return read(facts, AS_OF, DEFAULT_RULES).currency

    assert bought("USD", "INR", "INR") == "INR"
    assert bought("USD", "EUR") == "EUR"
    assert bought() is None


def test_visits_are_paired_by_their_id() -> None:
    facts = [visit("v", ago(3), two_way=True), visit_end("v", ago(2), "helped"), visit("open", ago(1))]
    first, second = read(facts, AS_OF, DEFAULT_RULES).visits
    assert (first.time, first.two_way, first.outcome) == (ago(3), True, "helped")
    assert (second.two_way, second.outcome) == (False, None)


def test_a_contact_has_its_first_valid_answer_and_the_consent_of_its_time() -> None:
    facts = [
        consent(ago(100)),
        contact("a", ago(90), kind="personal", valid_until=ago(80)),
        answer("a", ago(91)),
        answer("a", ago(85), "clicked"),
        answer("a", ago(82)),
        answer("a", ago(80)),
        consent(ago(50), granted=False),
        contact("b", ago(40)),
        answer("b", ago(10)),
        contact("held-back", ago(30), control=True),
    ]
    a, b = read(facts, AS_OF, DEFAULT_RULES).contacts
    assert a.answer is not None
    assert a.accepted is not None
    assert (a.answer.time, a.accepted.time, a.consented, a.personal) == (ago(85), ago(82), True, True)
    assert (b.answer, b.consented) == (None, False)  # 30 days to answer, the end exclusive


def test_a_case_keeps_its_life() -> None:
    facts = [opened("c", ago(20)), resolved("c", ago(18)), reopened("c", ago(17)), withdrawn("c", ago(16))]
    [case] = read([*facts, registered(ago(30))], AS_OF, DEFAULT_RULES).cases
    assert (case.acknowledged, case.withdrawn) == (ago(18), ago(16))
    [again] = read([*facts, reopened("c", ago(15))], AS_OF, DEFAULT_RULES).cases
    assert again.withdrawn is None
