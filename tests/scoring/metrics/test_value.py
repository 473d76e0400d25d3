"""Value: what a customer is expected to bring, of which purchases, at which margin, and where that stands."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import Distribution, rounded
from services.scoring.metrics.history import read
from services.scoring.metrics.population import Census, contribution
from services.scoring.metrics.purchasing import discounted_purchases, expected_purchases, expected_spend, p_alive
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import evaluate
from services.scoring.metrics.value import Value, value, worth
from services.scoring.scorecards.models import ValueView
from tests.scoring.metrics.facts import AS_OF, DAY, ago, catalogue, exit_stated, line, purchase, returned, spread
from tests.scoring.metrics.value_facts import MODEL, modelled

HORIZON = 365 / 7
FIRST = [purchase("a", ago(273)), purchase("b", ago(100)), purchase("c", ago(60))]
"""Groceries of 10 USD on three days: x = 2, t_x = 213 days, t = 272 days – CDNOW's first customer."""


def found(*facts: Fact, base: Reference | None = None, as_of: datetime = AS_OF) -> Value:
    return value(read(facts, as_of, DEFAULT_RULES), DEFAULT_RULES, base)


def modelled_value(*facts: Fact, margin: str | None = "0.25", as_of: datetime = AS_OF) -> Value:
    return found(*facts, base=modelled(margin), as_of=as_of)


def test_S05_value_is_told_by_the_model() -> None:
    told = modelled_value(*FIRST).to_json()
    x, t_x, t = 2, 213 / 7, 272 / 7
    assert (told["x"], told["t_x"], told["t"], told["n"], told["unit_days"]) == (2, 30.4286, 38.8571, 3, 7.0)
    assert told["p_alive"] == rounded(p_alive(MODEL.mbg, x, t_x, t))
    assert told["expected_purchases"] == rounded(expected_purchases(MODEL.mbg, x, t_x, t, HORIZON))
    assert told["bg_nbd"] == {
        "p_alive": rounded(p_alive(MODEL.bg, x, t_x, t, modified=False)),
        "expected_purchases": rounded(expected_purchases(MODEL.bg, x, t_x, t, HORIZON, modified=False)),
    }
    assert told["bg_nbd"] != {name: told[name] for name in told["bg_nbd"]}
    assert (told["currency"], told["margin"], told["rfm"]) == ("USD", 0.25, None)
    ValueView.model_validate(told)


def test_S05_clv_is_discounted_purchases_by_spend_by_margin() -> None:
    x, t_x, t = 2, 213 / 7, 272 / 7
    purchases = discounted_purchases(MODEL.mbg, x, t_x, t, HORIZON, unit_days=7.0, yearly_discount=0.10)
    spend = expected_spend(MODEL.spending["USD"], 2, 10.0)
    told = modelled_value(*FIRST)
    assert told.clv == round(Decimal(purchases * spend * 0.25), 2)
    assert told.spend == round(Decimal(spend), 2)
    assert told.to_json()["clv"] == f"{told.clv:.2f}"
    assert purchases < expected_purchases(MODEL.mbg, x, t_x, t, HORIZON)
    assert told.reason == (
        f"Still a customer with {100 * (told.p_alive or 0):.0f} % probability: {told.expected_purchases:.1f} purchase "
        f"days expected in 365 days, worth {told.clv} USD."
    )


def test_S05_value_is_null_before_a_model() -> None:
    for base in (None, Reference(AS_OF, 1, catalogue("GROCERY"))):
        told = found(*FIRST, base=base).to_json()
        unknown = ("p_alive", "expected_purchases", "clv", "decile", "expected_spend", "margin")
        assert [told[name] for name in unknown] == [None] * 6
        assert told["bg_nbd"] == {"p_alive": None, "expected_purchases": None}
        assert (told["x"], told["n"]) == (2, 3), "how they bought is known"
        assert told["reason"] == "No value model of the customer base has been fitted yet."
        ValueView.model_validate(told)


def test_S05_value_is_null_without_a_purchase() -> None:
    bought = purchase("a", ago(9))
    for facts in ([], [exit_stated(ago(3))], [bought, returned(bought, ago(2))]):
        told = modelled_value(*facts).to_json()
        assert (told["p_alive"], told["x"], told["n"], told["reason"]) == (None, None, 0, "Nothing was bought yet.")
        ValueView.model_validate(told)


def test_S05_age_is_counted_to_the_last_whole_day() -> None:
    def bought(as_of: datetime) -> tuple[int, float, float] | None:
        return modelled_value(purchase("a", ago(14.5)), purchase("b", ago(7.5)), as_of=as_of).bought

    assert bought(AS_OF) == (1, 1.0, 2.0)  # the days 15 and 8 before; the last whole one is 1 before
    assert bought(AS_OF + DAY - timedelta(microseconds=1)) == (1, 1.0, 2.0)
    assert bought(AS_OF + DAY) == (1, 1.0, rounded(15 / 7))
    assert bought(ago(7.4)) == (1, 1.0, 1.0), "a purchase of the day under way is no older than that day"


def test_S05_a_purchase_day_counts_once_and_a_return_takes_it_away() -> None:
    twice = [purchase("a", ago(20)), purchase("b", ago(10)), purchase("c", ago(9.9))]
    assert modelled_value(*twice).bought == (1, rounded(10 / 7), rounded(19 / 7))
    assert modelled_value(*twice, returned(twice[1], ago(5))).days == 2
    assert modelled_value(*twice, *(returned(each, ago(5)) for each in twice[1:])).bought == (0, 0.0, rounded(19 / 7))


def test_S05_spend_is_of_the_repeat_days_in_the_main_currency() -> None:
    dear, rupees = line("GROCERY", "90.00"), line("GROCERY", "5000.00", currency="INR")
    facts = [purchase("a", ago(40), dear), *FIRST[1:1], purchase("b", ago(30)), purchase("c", ago(20), rupees)]
    told = modelled_value(*facts)
    assert (told.days, told.currency) == (3, "USD")
    assert told.spend == round(Decimal(expected_spend(MODEL.spending["USD"], 2, 5.0)), 2)  # 10 on two repeat days
    once = modelled_value(purchase("a", ago(40), dear))
    assert once.spend == round(Decimal(expected_spend(MODEL.spending["USD"], 0, 0.0)), 2)


def test_S05_a_currency_without_spending_has_no_contribution() -> None:
    told = modelled_value(purchase("a", ago(40), line("GROCERY", "5.00", currency="INR")))
    assert (told.clv, told.spend, told.margin) == (None, None, 0.25)
    assert told.p_alive is not None
    assert told.reason.endswith("too few repeat buyers in INR tell what a day is worth.")


def test_S05_margin_is_the_customers_own() -> None:
    costly = line("GROCERY", "10.00", cost="9.00")
    mixed = [purchase("a", ago(50), costly), purchase("b", ago(40))]  # 1 of 10, and 2.5 of 10
    assert modelled_value(*mixed).margin == 0.175
    assert modelled_value(*mixed, margin=None).margin == 0.1, "what nobody knows is left out"
    loss = modelled_value(purchase("a", ago(50), line("GROCERY", "10.00", cost="12.00")))
    assert (loss.margin, loss.clv is not None and loss.clv < 0) == (-0.2, True)


def test_S05_no_cost_no_contribution() -> None:
    free = purchase("a", ago(50), line("GROCERY", "0.00"))
    for told in (modelled_value(*FIRST, margin=None), modelled_value(free)):
        assert (told.clv, told.margin, told.decile) == (None, None, None)
        assert told.expected_purchases is not None
        assert told.reason.endswith("neither a cost nor a margin to assume is known, so not what that is worth.")


def test_S05_margin_is_of_the_window_else_of_before() -> None:
    old = purchase("old", ago(500), line("GROCERY", "10.00", cost="9.00"))
    assert modelled_value(old).margin == 0.1
    assert modelled_value(old, purchase("new", ago(5))).margin == 0.25


def test_S05_decile_ten_is_the_best_of_the_currency() -> None:
    mine = float(modelled_value(*FIRST).clv or 0)
    below = Distribution.of([mine - 1] * 7 + [mine + 1] * 14)
    for clvs, decile in ((spread(0.01), 10), (spread(1000.0), 1), (spread(mine), 6), (below, 4)):
        base = modelled(values={"clv:USD": clvs, "clv:INR": spread(1e9)})
        card = evaluate(FIRST, AS_OF, DEFAULT_RULES, base)
        assert card.value.decile == decile
        assert card.to_json("x")["value"]["position"] == {"decile": decile, "bond_level": card.bonds.level}
        assert card.value.reason.endswith(f"decile {decile} of 10.")
    assert modelled_value(*FIRST).decile is None


def test_S05_decile_is_among_the_customers_of_the_currency() -> None:
    both = replace(MODEL, spending=dict.fromkeys(("USD", "INR"), MODEL.spending["USD"]))
    base = replace(modelled(values={"clv:USD": spread(0.01), "clv:INR": spread(1e9)}), model=both)
    rupees = [purchase(each.subject, each.time, line("GROCERY", "10.00", currency="INR")) for each in FIRST]
    dollars, in_rupees = found(*FIRST, base=base), found(*rupees, base=base)
    assert dollars.clv == in_rupees.clv
    assert (dollars.decile, in_rupees.decile) == (10, 1)


def test_S05_rfm_stands_beside() -> None:
    base = modelled(values={"recency": spread(-300.0), "frequency": spread(9.0)})
    assert found(*FIRST, base=base).rfm == {"recency": 5, "frequency": 1}


def someone(number: int) -> list[Fact]:
    """A customer who bought on `number` days, and pays more the more they are."""
    return [purchase(f"p{at}", ago(9 + at * 11), line("GROCERY", f"{5 + number}.00")) for at in range(number)]


def test_S15_a_close_ranks_the_worths_that_cards_tell() -> None:
    census, offered = Census(), catalogue("GROCERY")
    for number in range(25):
        census.add(contribution(someone(number), AS_OF, DEFAULT_RULES, offered))
    assert len(census.buyings) == 24
    found_of = census.worths(MODEL, DEFAULT_RULES.value)
    base = modelled(values=found_of)
    cards = [evaluate(someone(number), AS_OF, DEFAULT_RULES, base).value for number in range(25)]
    assert sorted(float(card.clv) for card in cards if card.clv is not None) == list(found_of["clv:USD"].values)
    deciles = [card.decile for card in cards if card.decile is not None]
    assert (len(deciles), min(deciles), max(deciles)) == (24, 1, 10)


def test_S05_what_margin_is_not_known_of_is_fitted_but_not_ranked() -> None:
    census = Census()
    census.add(contribution(FIRST, AS_OF, DEFAULT_RULES, catalogue("GROCERY", margin=None)))
    assert len(census.buyings) == 1
    assert census.worths(MODEL, DEFAULT_RULES.value) == {}


def test_S08_worth_at_a_date_is_by_what_was_bought_before_it() -> None:
    history, base = read(FIRST, AS_OF, DEFAULT_RULES), modelled()
    now, then = found(*FIRST, base=base).clv, found(*FIRST[:2], base=base, as_of=ago(70)).clv
    assert worth(history, AS_OF, DEFAULT_RULES, base) == float(now or 0)
    assert worth(history, ago(70), DEFAULT_RULES, base) == float(then or 0)
    assert worth(history, ago(60), DEFAULT_RULES, base) != worth(history, ago(60) + DAY / 24, DEFAULT_RULES, base)
    assert worth(history, ago(273), DEFAULT_RULES, base) is None, "not a customer yet"
    assert worth(history, AS_OF, DEFAULT_RULES, None) is None
    assert worth(history, AS_OF, DEFAULT_RULES, modelled(margin=None)) is None


@pytest.mark.parametrize("kept", [MODEL, None])
def test_S15_a_reference_keeps_its_model(kept: object) -> None:
    base = modelled() if kept else Reference(AS_OF, 1, catalogue("GROCERY"))
    assert Reference.from_json(base.to_json()) == base
    old = {name: told for name, told in base.to_json().items() if name != "model"}
    assert Reference.from_json(old).model is None


def test_S05_what_no_money_is_is_no_value() -> None:
    scanned = line("GROCERY", "4006381333931000.00")  # a bar code at a price's place
    told = modelled_value(*(purchase(name, ago(days), scanned) for name, days in (("a", 90), ("b", 60), ("c", 9))))
    assert (told.clv, told.spend, told.decile) == (None, None, None)
    assert told.p_alive is not None
