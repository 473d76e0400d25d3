"""Profit and effectiveness of two periods, counted by hand."""

from decimal import Decimal
from typing import Any
from unittest.mock import ANY

from services.scoring.membership.segments import Segment, Segments
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.studies.results import Results
from shared.events import Money
from shared.events.customers import AcquisitionStageChanged
from tests.scoring.metrics.facts import ago, fact, line, opened, purchase, registered, resolved, visit
from tests.scoring.metrics.service_facts import gesture, money, points_spent, stage, survey
from tests.scoring.studies.people import person
from tests.scoring.studies.subjects import found, setting


class Everybody:
    """A rule that nobody asks here."""

    def holds(self, fields: object) -> bool:
        raise AssertionError("a study is told who is in which segment")


SEGMENTS = Segments(3, (Segment("loyal", 2, Everybody()), Segment("empty", 1, Everybody())))
OLD = purchase("old", ago(300))
SOLD = line("GROCERY", "80.00", listed="100.00", cost="50.00")


def results(*subjects: Any) -> dict[str, Any]:
    return found(Results(setting(segments=SEGMENTS)), *subjects).content


def test_S10_the_account_of_a_period_and_of_the_one_before() -> None:
    asha = person(
        "asha",
        [
            OLD,
            purchase("before", ago(100), line("GROCERY", "40.00", cost="30.00")),
            purchase("now", ago(10), SOLD),
            visit("v", ago(10)),
            gesture("g", ago(9), money("4.75")),
            points_spent("s", ago(8), money("1.00")),
        ],
        before=("loyal",),
    )
    told = results(asha)
    assert told["now"] == {"starts": "2017-10-03T00:00:00Z", "ends": "2018-01-01T00:00:00Z"}
    assert told["before"] == {"starts": "2017-07-05T00:00:00Z", "ends": "2017-10-03T00:00:00Z"}
    usd = told["all"]["currencies"]["USD"]
    now = usd["now"]
    assert (now["revenue"], now["goods"], now["visits"], now["gestures"]) == ("80.00", "50.00", "0.25", "4.75")
    # 80 - 50 goods - 0.25 for the visit - 4.75 for the gesture
    assert (now["contribution"], usd["before"]["contribution"], usd["change"]) == ("25.00", "10.00", "15.00")
    # 20 off the list price, 1 in points, 4.75 for the gesture
    assert (usd["relationship_spending"], usd["change_of_all"]) == ("25.75", 1.5)
    assert told["segments"]["loyal"]["currencies"]["USD"] == {**usd, "return_on_spending": 0.0}
    assert told["segments"]["loyal"] == {"version": 2, **told["all"], "currencies": ANY}
    assert told["segments"]["empty"]["customers"] == 0
    assert told["segments"]["empty"]["currencies"] == {}


def earned(name: str, first: str, last: str, **groups: Any) -> Any:
    """A customer with these contributions, and a gesture of 2.00 in the last period."""
    facts = [
        OLD,
        purchase(f"{name}1", ago(100), line("GROCERY", first, cost="0.00")),
        purchase(f"{name}2", ago(10), line("GROCERY", last, cost="0.00")),
        gesture(f"{name}3", ago(9), money("2.00")),
    ]
    return person(name, facts, **groups)


def test_S10_the_return_on_spending_is_of_what_changed_beyond_everybody() -> None:
    told = results(earned("asha", "10.00", "22.00", before=("loyal",)), earned("ben", "30.00", "32.00"))
    loyal, everybody = (each["currencies"]["USD"] for each in (told["segments"]["loyal"], told["all"]))
    # After the gestures: 10 to 20 of the members, 40 to 50 of all, who grew by a quarter: 7.50 beyond, for 2
    assert (loyal["change"], loyal["change_of_all"], loyal["return_on_spending"]) == ("10.00", 0.25, 3.75)
    assert (everybody["change_of_all"], everybody["return_on_spending"]) == (0.25, None)
    assert loyal["caution"].startswith("Members were chosen by what they had done")


def test_S10_without_a_change_of_all_there_is_no_return() -> None:
    new = person("asha", [purchase("p", ago(10), SOLD), gesture("g", ago(9), money("2.00"))], before=("loyal",))
    usd = results(new)["segments"]["loyal"]["currencies"]["USD"]
    assert (usd["change"], usd["change_of_all"], usd["return_on_spending"]) == ("28.00", None, None)


def test_S10_shares_of_several_each_tell_of_how_many_customers() -> None:
    often = person("asha", [registered(ago(400)), *(survey(ago(9 + n), csat=5) for n in range(3))])
    once = person("ben", [registered(ago(400)), survey(ago(9), csat=1)])
    told = results(often, once)["all"]["now"]["satisfaction"]
    assert [told[name] for name in ("n", "count", "share", "customers")] == [4, 3, 0.75, 2]
    # Residuals 0.75 and -0.75
    assert told["design_effect"] == round((1.125 * 2 / 16) / (0.1875 / 3), 4)


def test_S10_members_are_those_of_the_period_s_start() -> None:
    entered = person("asha", [OLD], segments=("loyal",))
    left = person("ben", [OLD], before=("loyal",))
    assert results(entered, left)["segments"]["loyal"]["customers"] == 1
    assert results(entered, left)["all"]["customers"] == 2


def test_S10_currencies_are_never_added() -> None:
    euros = purchase("e", ago(5), line("GROCERY", "7.00", cost="5.00", currency="EUR"))
    told = results(person("asha", [purchase("u", ago(5), SOLD)]), person("ben", [euros]))["all"]
    assert {name: each["now"]["revenue"] for name, each in told["currencies"].items()} == {
        "EUR": "7.00",
        "USD": "80.00",
    }


def test_S10_a_profitable_customer_contributes_more_than_nothing() -> None:
    loss = purchase("l", ago(5), line("GROCERY", "7.00", cost="7.00"))
    now = results(person("asha", [purchase("p", ago(5), SOLD)]), person("ben", [loss]))["all"]["currencies"]["USD"][
        "now"
    ]
    assert (now["customers"], now["buyers"], now["profitable_customers"]) == (2, 2, 1)


def test_S10_a_sale_costs_more_with_a_new_customer() -> None:
    existing = person("asha", [OLD, purchase("a1", ago(20)), purchase("a2", ago(10)), visit("v", ago(10))])
    new = person("ben", [purchase("b1", ago(15)), stage(ago(30), money("3.00"))])
    not_won = person("cleo", [stage(ago(20), money("5.00"))])
    lost = person("dora", [fact(AcquisitionStageChanged(stage="interaction"), "customer", ago(20))])
    now = results(existing, new, not_won, lost)["all"]["currencies"]["USD"]["now"]
    assert now["existing_customers"] == {"purchases": 2, "cost": "0.25", "cost_of_sale": "0.12"}  # half to even
    assert now["new_customers"] == {"purchases": 1, "cost": "8.00", "cost_of_sale": "8.00"}
    assert now["acquisition"] == "8.00"


def test_S10_who_buys_first_in_the_last_period_was_new_to_the_one_before() -> None:
    won = person("asha", [stage(ago(120), money("3.00")), purchase("a1", ago(15)), purchase("a2", ago(5))])
    usd = results(won)["all"]["currencies"]["USD"]
    assert usd["before"]["new_customers"] == {"purchases": 0, "cost": "3.00", "cost_of_sale": None}
    assert usd["now"]["new_customers"] == {"purchases": 2, "cost": "0.00", "cost_of_sale": "0.00"}


def test_S10_revenue_of_unknown_cost_stands_apart() -> None:
    unknown = purchase("u", ago(5), line("NOBODY-KNOWS", "9.00"))
    now = results(person("asha", [unknown]))["all"]["currencies"]["USD"]["now"]
    assert (now["left_out"], now["revenue"], now["contribution"]) == ("9.00", "0", None)
    now = results(person("asha", [unknown, purchase("p", ago(4), SOLD)]))["all"]["currencies"]["USD"]["now"]
    assert (now["left_out"], now["revenue"], now["contribution"]) == ("9.00", "80.00", "30.00")


def test_S10_who_is_kept_was_active_and_bought_again() -> None:
    kept = person("asha", [OLD, purchase("a1", ago(100)), purchase("a2", ago(10))])
    lost = person("ben", [OLD, purchase("b1", ago(100))])
    new = person("cleo", [purchase("c1", ago(10))])
    told = results(kept, lost, new)["all"]
    assert [told["now"]["retention"][name] for name in ("count", "n", "share")] == [1, 2, 0.5]
    assert [told["before"]["retention"][name] for name in ("count", "n", "share")] == [2, 2, 1.0]


def test_S10_satisfaction_and_standards_are_told_by_period() -> None:
    asha = person(
        "asha",
        [
            registered(ago(400)),
            survey(ago(120), csat=2),
            survey(ago(20), csat=4),
            survey(ago(10), csat=3),
            survey(ago(9), nps=10),
            opened("old", ago(150)),
            opened("kept", ago(50)),
            resolved("kept", ago(49.5)),
            opened("open", ago(0.5)),
        ],
    )
    told = results(asha)["all"]
    shares = [[told[side][name]["share"] for side in ("before", "now")] for name in ("satisfaction", "standards")]
    assert shares == [[0.0, 0.5], [0.0, 1.0]]
    assert told["now"]["standards"]["n"] == 1, "a case that can't be judged yet says nothing"


def test_S10_tailored_is_told_by_period() -> None:
    tailored = line("GROCERY", "10.00", tailorable=True, tailored=True)
    plain = line("GROCERY", "10.00", tailorable=True)
    bought = [purchase("b", ago(120), plain), purchase("n", ago(20), plain, tailored)]
    told = results(person("asha", bought))["all"]
    assert [told[side]["tailored"]["share"] for side in ("before", "now")] == [0.0, 0.5]


def test_S10_cross_sell_and_up_sell_are_held_against_all_before() -> None:
    bought = [
        purchase("p1", ago(200), line("GROCERY", "1.00", level=1)),
        purchase("p2", ago(100), line("GROCERY", "1.00", level=1)),
        purchase("p3", ago(50), line("DELI", "1.00"), line("GROCERY", "1.00", level=2)),
        purchase("p4", ago(40), line("DELI", "1.00", level=3)),
        purchase("p5", ago(30), line("UNKNOWN", "1.00"), line("GROCERY", "1.00", level=1)),
        purchase("p6", ago(20), line("GROCERY", "1.00", level=2)),
    ]
    told = results(person("asha", bought), person("ben", [purchase("first", ago(10), line("MEAT", "1.00"))]))["all"]
    counts = {name: (told["now"][name]["count"], told["now"][name]["n"]) for name in ("cross_sell", "up_sell")}
    assert counts == {"cross_sell": (1, 4), "up_sell": (1, 3)}
    assert told["before"]["cross_sell"]["count"] == 0
    assert told["before"]["up_sell"]["n"] == 1


def test_S10_money_stays_exact() -> None:
    pennies = [person(f"c{n}", [purchase(f"p{n}", ago(5), line("GROCERY", "0.10", cost="0.07"))]) for n in range(3)]
    now = results(*pennies)["all"]["currencies"]["USD"]["now"]
    assert (now["revenue"], now["contribution"]) == ("0.30", "0.09")


def test_S10_what_was_spent_in_another_currency_is_not_guessed() -> None:
    euro = Money(amount=Decimal("5.00"), currency="EUR")
    told = results(person("asha", [stage(ago(20), euro), OLD]))["all"]["currencies"]
    assert told["USD"]["now"]["acquisition"] == "0"
    assert "EUR" not in told
    assert DEFAULT_RULES.period.days == 90
