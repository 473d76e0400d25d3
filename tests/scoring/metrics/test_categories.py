"""Categories: breadth and evenness over what is on offer."""

from decimal import Decimal

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.categories import categories
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, ago, catalogue, line, purchase, reference, returned

HOUSEHOLD_208 = {
    "COSMETICS": "22.67",
    "DELI": "74.88",
    "DRUG-GM": "204.40",
    "FUEL": "247.81",
    "GROCERY": "1156.60",
    "MEAT": "347.19",
    "MEAT-PCKGD": "110.32",
    "PASTRY": "15.97",
    "PRODUCE": "182.97",
    "UNKNOWN": "0.00",
}


def measured(*facts: Fact, base: Reference | None) -> Metric:
    return categories(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def test_S01_categories_known_answer() -> None:
    offered = catalogue(*(set(HOUSEHOLD_208) - {"UNKNOWN"}), fill=23)
    bills = [purchase(name, ago(9), line(name, paid)) for name, paid in HOUSEHOLD_208.items()]
    found = measured(*bills, base=reference(offered))
    assert found.inputs["evenness"] == pytest.approx(46.41, abs=0.01)
    assert found.score == pytest.approx(37.27, abs=0.005)
    assert (found.inputs["bought"], found.inputs["offered"]) == (9, 32)
    assert found.inputs["not_offered"] == {"UNKNOWN": "0.00"}
    assert found.n == 10
    assert "9 of 32" in found.reason


def test_S01_categories_two_even_of_four() -> None:
    # breadth 2/4 = 50; H = ln 2, evenness ln 2/ln 4 = 50; mean 50. What is not on offer is left out.
    bill = purchase("p", ago(1), line("A", "5.00"), line("B", "5.00"), line("X", "90.00"))
    found = measured(bill, base=reference(catalogue("A", "B", fill=2)))
    assert (found.score, found.value) == (50.0, 2)
    assert found.inputs["not_offered"] == {"X": "90.00"}


def test_S01_categories_a_line_without_category_is_never_on_offer() -> None:
    bill = purchase("p", ago(1), line("A", "5.00"), line("UNKNOWN", "90.00"))
    found = measured(bill, base=reference(catalogue("A", "B", "UNKNOWN")))
    assert (found.score, found.inputs["offered"]) == (25.0, 2)  # (50 + 0)/2


def test_S01_categories_one_only_has_no_evenness() -> None:
    found = measured(purchase("p", ago(1), line("A", "5.00")), base=reference(catalogue("A", fill=3)))
    assert found.score == 12.5  # (25 + 0)/2


def test_S01_categories_are_net_of_returns() -> None:
    sold = purchase("p", ago(9), line("A", "5.00"), line("B", "5.00"))
    found = measured(sold, returned(sold, ago(1), line("B", "5.00")), base=reference(catalogue("A", "B")))
    assert (found.score, found.inputs["spend"]) == (25.0, {"A": "5.00", "B": "0.00"})  # (50 + 0)/2


def test_S01_categories_null_without_spend_catalogue_or_choice() -> None:
    bill = purchase("p", ago(1), line("A", "5.00"))
    free = purchase("p", ago(1), line("A", "0.00"))
    assert measured(base=reference()).score is None
    assert measured(purchase("p", AS_OF), base=reference()).score is None
    assert measured(free, base=reference(catalogue("A", "B"))).score is None
    assert measured(bill, base=reference(catalogue("A"))).score is None
    assert "no range" in measured(bill, base=reference(catalogue("A"))).reason
    assert measured(bill, base=None).score is None
    assert "no reference" in measured(bill, base=None).reason


def test_S01_categories_in_the_main_currency_alone() -> None:
    bills = [purchase(f"p{at}", ago(at + 1), line("A", "5.00", currency="INR")) for at in range(2)]
    found = measured(*bills, purchase("q", ago(9), line("B", "7.00")), base=reference(catalogue("A", "B")))
    assert found.inputs["spend"] == {"A": "10.00"}
    assert found.inputs["other_currencies"] == {"USD": str(Decimal("7.00"))}


def test_S01_categories_nothing_in_the_main_currency_is_not_nothing() -> None:
    bills = [purchase(f"p{at}", ago(400), line("A", "9.00")) for at in range(2)]
    assert measured(*bills, base=reference()).reason == "Nothing was bought in the window."
    bills.append(purchase("q", ago(9), line("A", "9.00", currency="EUR")))
    found = measured(*bills, base=reference())
    assert found.reason == "Nothing was bought in USD, the main currency, in the window."
