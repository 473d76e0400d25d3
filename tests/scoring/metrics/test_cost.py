"""Cost, profitability and value: contribution, its change, what is shared back."""

from decimal import Decimal

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cost import cost
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from shared.events import Money
from shared.events.complaints import ComplaintRemedyGranted
from tests.scoring.metrics.facts import (
    AS_OF,
    ago,
    catalogue,
    fact,
    line,
    opened,
    purchase,
    reference,
    returned,
    spread,
    visit,
)
from tests.scoring.metrics.service_facts import gesture, money, points_earned, points_spent, stage


def measured(*facts: Fact, base: Reference | None = None) -> Metric:
    return cost(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def remedy(amount: str, currency: str = "USD") -> Fact:
    money = Money(amount=Decimal(amount), currency=currency)
    return fact(ComplaintRemedyGranted(kind="voucher", cost=money), "c", ago(3))


def test_S01_cost_recorded_cost_needs_no_reference() -> None:
    # listed 100, paid 90, cost 60: shared back (100 - 90)/(100 - 60) = 0.25; contribution 30 - a visit 0.25.
    found = measured(purchase("p", ago(9), line("A", "90.00", listed="100.00", cost="60.00")), visit("v", ago(9)))
    assert (found.score, found.value) == (25.0, Decimal("29.75"))
    assert found.inputs["contribution_percentile"] is None
    assert "no reference" in found.reason


def test_S01_cost_takes_service_at_ruled_and_remedies_at_recorded_cost() -> None:
    facts = [purchase("p", ago(9), line("A", "90.00", cost="60.00")), opened("c", ago(4))]
    # 30 - a complaint 10 - a remedy 2.50; a remedy in another currency is not added
    assert measured(*facts, remedy("2.50")).value == Decimal("17.50")
    assert measured(*facts, remedy("2.50", "EUR")).value == Decimal("20.00")


def test_S01_cost_an_assumed_margin_is_named() -> None:
    base = reference(catalogue("A", margin="0.25"), values={"contribution:USD": spread(10.0, 40.0)})
    found = measured(purchase("p", ago(9), line("A", "90.00", listed="90.00")), base=base)
    # cost 90·0.75 = 67.50; contribution 22.50, above the ten of twenty who have 10: percentile 50;
    # nothing shared back of a margin of 22.50: 0; mean 25
    assert (found.value, found.score) == (Decimal("22.5000"), 25.0)
    assert found.inputs["assumed_margins"] == {"A": "0.25"}
    assert "assumed margin in 1 category" in found.reason


def test_S01_cost_change_on_the_year_before() -> None:
    base = reference(
        catalogue("A"),
        values={"contribution:USD": spread(20.0), "contribution_change:USD": spread(-10.0, 10.0)},
    )
    bills = [
        purchase("old", ago(366), line("A", "50.00", cost="20.00")),
        purchase("new", ago(365), line("A", "60.00", cost="40.00")),
    ]
    found = measured(*bills, base=base)
    # 20 this year, everybody's: 50; 30 the year before: change -10, the ten lower of twenty: 25; shared 0
    assert found.inputs["change"] == "-10.00"
    assert found.inputs["contribution_percentile"] == 50.0
    assert found.inputs["change_percentile"] == 25.0
    assert found.score == 25.0  # (50 + 25 + 0)/3
    assert measured(bills[1], base=base).inputs["change"] is None


def test_S01_cost_null_where_no_cost_is_known() -> None:
    bill = purchase("p", ago(9), line("A", "90.00"))
    found = measured(bill, base=reference(catalogue("A", margin=None)))
    assert (found.score, found.value, found.inputs["left_out"]) == (None, None, {"A": "90.00"})
    assert measured(base=reference()).score is None
    mixed = measured(purchase("q", ago(9), line("A", "90.00"), line("B", "5.00", cost="2.00")))
    assert (mixed.value, mixed.inputs["left_out"]) == (Decimal("3.00"), {"A": "90.00"})


def test_S01_cost_is_net_of_returns_at_the_time_of_the_purchase() -> None:
    sold = purchase("p", ago(366), line("A", "50.00", cost="20.00"), line("B", "9.00", cost="3.00"))
    back = returned(sold, ago(2), line("A", "50.00", cost="20.00"))
    found = measured(sold, back, purchase("q", ago(2), line("A", "7.00", cost="5.00")))
    assert (found.value, found.inputs["change"]) == (Decimal("2.00"), "-4.00")  # 2 now, 6 the year before


def test_S01_cost_a_return_without_cost_brings_its_share_of_the_cost_back() -> None:
    sold = purchase("p", ago(9), line("A", "100.00", cost="60.00", quantity="10"))
    # 10 paid at a cost of 6; not 10 - 60
    assert measured(sold, returned(sold, ago(2), line("A", "90.00", quantity="9"))).value == Decimal(4)


def test_S01_cost_a_currency_without_ruled_cost_says_so() -> None:
    bill = purchase("p", ago(9), line("A", "9.00", currency="CHF", cost="4.00").model_copy(
        update={"cost_amount": Money(amount=Decimal("4.00"), currency="CHF")}))  # fmt: skip
    found = measured(bill, visit("v", ago(9)))
    assert (found.value, found.inputs["ruled_costs"]) == (Decimal("5.00"), False)


def test_S01_cost_no_margin_to_share_is_no_part() -> None:
    loss = measured(purchase("p", ago(9), line("A", "9.00", cost="12.00")))
    assert (loss.score, loss.inputs["shared_back"], loss.value) == (None, None, Decimal("-3.00"))


BOUGHT = purchase("p", ago(9), line("A", "90.00", listed="100.00", cost="60.00"))


def test_C09_gestures_cost_us_and_are_gifts() -> None:
    found = measured(BOUGHT, gesture("g", ago(3), money("2.00")), gesture("free", ago(2)))
    assert found.value == Decimal("28.00")  # 90 - 60 - 2
    assert (found.inputs["gestures"], found.inputs["shared_back"]) == ("2.00", 0.3)  # (10 + 2)/40
    assert measured(BOUGHT, gesture("g", ago(3), money("2.00", "EUR"))).value == Decimal("30.00")
    assert measured(BOUGHT, gesture("g", ago(365), money("2.00"))).value == Decimal("28.00")
    assert measured(BOUGHT, gesture("g", ago(365.1), money("2.00"))).value == Decimal("30.00")


def test_C05_what_acquiring_the_customer_cost() -> None:
    found = measured(BOUGHT, stage(ago(20), money("7.00")), stage(ago(19), money("1.00")), stage(ago(18)))
    assert (found.value, found.inputs["acquisition"]) == (Decimal("22.00"), "8.00")
    assert found.inputs["shared_back"] == 0.25  # it is no gift
    assert measured(BOUGHT, stage(ago(20), money("7.00", "INR"))).value == Decimal("30.00")


def test_L10_points_are_shared_back_when_they_are_spent() -> None:
    found = measured(BOUGHT, points_earned("e", ago(8), money("9.00")), points_spent("s", ago(3), money("4.00")))
    assert found.inputs["shared_back"] == 0.35  # (10 + 4)/40; what was earned would count twice
    assert (found.value, found.inputs["points_spent"]) == (Decimal("30.00"), "4.00")
    assert measured(BOUGHT, points_spent("s", ago(3), money("4.00", "EUR"))).inputs["shared_back"] == 0.25
    assert measured(BOUGHT, points_spent("s", ago(3))).inputs["shared_back"] == 0.25


def test_L10_all_that_is_shared_back_reaches_the_target() -> None:
    found = measured(BOUGHT, points_spent("s", ago(3), money("20.00")), gesture("g", ago(3), money("10.00")))
    assert (found.inputs["shared_back"], found.inputs["shared_back_score"]) == (1.0, 100.0)  # (10 + 20 + 10)/40
    assert measured(gesture("g", ago(3), money("10.00"))).score is None


def test_S01_cost_nothing_in_the_main_currency_is_not_nothing() -> None:
    bills = [purchase(f"p{at}", ago(400), line("A", "9.00")) for at in range(2)]
    assert measured(*bills).reason == "Nothing was bought in the window."
    bills.append(purchase("q", ago(9), line("A", "9.00", currency="EUR")))
    assert measured(*bills).reason == "Nothing was bought in USD, the main currency, in the window."


def test_S01_cost_who_contributes_as_everybody_does_is_in_the_middle() -> None:
    base = reference(catalogue("A"), values={"contribution:USD": spread(30.0)})
    assert (
        "Contributed 30.00 USD from 1 purchase, mid-rank 50 of 100 among customers;"
        in measured(BOUGHT, base=base).reason
    )
