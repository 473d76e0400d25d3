"""Propensity and lift, counted by hand; the interval of means held against SciPy's own test."""

from decimal import Decimal
from typing import Any

import pytest
from scipy.stats import ttest_ind

from services.scoring.membership.segments import Segment, Segments
from services.scoring.metrics.population_rules import PropensityRules
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.studies.exposures import Outcome
from services.scoring.studies.lift import Arm, Moments, welch
from services.scoring.studies.propensity import NO_CONTROL, Propensity
from services.scoring.studies.study import Subject
from shared.proportions import newcombe, wilson
from tests.scoring.metrics.facts import ago, answer, consent, contact, line, purchase
from tests.scoring.metrics.service_facts import objective, objective_closed
from tests.scoring.studies.people import person
from tests.scoring.studies.subjects import found, setting

Z = DEFAULT_RULES.rates.confidence_z
RULES = DEFAULT_RULES.model_copy(update={"propensity": PropensityRules(least=2)})
CONSENT = consent(ago(700))


class Nobody:
    """A rule that nobody asks here."""

    def holds(self, fields: object) -> bool:
        raise AssertionError("a study is told who is in which segment")


SEGMENTS = Segments(3, (Segment("loyal", 2, Nobody()),))


def told(*subjects: Subject) -> dict[str, Any]:
    return found(Propensity(setting(RULES, segments=SEGMENTS)), *subjects).content


def side(name: str, days: float, control: bool, *spent: str) -> list[Subject]:
    """Customers whom campaign 7 reached that many days ago, or did not, each with what they spent the day after."""
    return [
        person(
            f"{name}{at}",
            [
                CONSENT,
                purchase(f"old{at}", ago(300)),
                contact("7", ago(days), valid_until=ago(days - 10), control=control),
                *([purchase(f"p{at}", ago(days - 1), line("GROCERY", paid))] if paid != "0" else []),
            ],
        )
        for at, paid in enumerate(spent)
    ]


def moments(*amounts: str) -> Moments:
    made = [Decimal(each) for each in amounts]
    return Moments(len(made), sum(made, Decimal(0)), sum((each * each for each in made), Decimal(0)))


def test_S08_who_takes_which_kind_of_offer() -> None:
    asha = [
        CONSENT,
        contact("1", ago(80), kind="personal", valid_until=ago(70)),
        answer("1", ago(75)),
        contact("2", ago(60), valid_until=ago(50)),
        answer("2", ago(40)),  # too late
        contact("3", ago(40), valid_until=ago(30)),
        answer("3", ago(35), "clicked"),  # not taken
        contact("4", ago(5), valid_until=ago(-5)),
    ]
    ben = [contact("1", ago(80), kind="personal", valid_until=ago(70)), answer("1", ago(75))]
    found = told(person("asha", asha), person("ben", ben))["all"]
    assert found["total"]["exposures"] == 4, "who never consented was no exposure"
    assert found["kinds"]["mass"] == {
        "exposures": 3,
        "responses": 0,
        "customers": 1,
        "open": 1,
        "held_back": 0,
        "share": 0.0,
        "interval": wilson(0, 1, Z).to_json(),  # all alike, of one customer: they count as one answer
        "design_effect": 3.0,
    }
    personal = found["kinds"]["personal"]
    assert (personal["exposures"], personal["responses"], personal["share"]) == (1, 1, None), "too few to tell"
    assert found["channels"]["mail"] == found["total"]
    assert {name: each["responses"] for name, each in found["campaigns"].items()} == {"1": 1, "2": 0, "3": 0, "4": 0}


def taker(name: str, *taken: bool) -> Subject:
    """A customer whom a campaign a day reached, taken or not."""
    sent = [contact(f"{n}", ago(40 - n), valid_until=ago(30 - n)) for n in range(len(taken))]
    return person(name, [CONSENT, *sent, *(answer(f"{n}", ago(39.5 - n)) for n, yes in enumerate(taken) if yes)])


def test_S08_offers_to_one_customer_are_not_so_many_answers() -> None:
    found = told(taker("a", True, True), taker("b", True), taker("c", False, False, False), taker("d", False, True))
    total, first = found["window"]["total"], found["window"]["campaigns"]["0"]
    assert (total["customers"], total["exposures"], total["responses"], total["share"]) == (4, 8, 4, 0.5)
    # Residuals 1, 0.5, -1.5 and 0: (3.5 * 4/3 / 64) over (0.25 / 7)
    effect = (3.5 * 4 / 3 / 64) / (0.25 / 7)
    assert total["design_effect"] == pytest.approx(effect, abs=1e-4)
    assert total["interval"] == wilson(4 / effect, 8 / effect, Z).to_json()
    assert found["window"]["kinds"]["mass"] == found["window"]["channels"]["mail"] == total
    assert (first["customers"], first["exposures"], first["design_effect"]) == (4, 4, 1.0)
    assert first["interval"] == wilson(2, 4, Z).to_json(), "a campaign reaches each of them once"


def test_S08_a_campaign_that_runs_over_the_window_s_start_counts_whole() -> None:
    early = [CONSENT, contact("1", ago(370), valid_until=ago(360)), answer("1", ago(366))]
    over = [CONSENT, contact("1", ago(380), valid_until=ago(365)), answer("1", ago(366))]
    found = told(person("asha", early), person("ben", over))
    assert found["window"]["campaigns"]["1"]["responses"] == 1
    assert found["all"]["campaigns"] == {}


def test_S08_a_segment_is_asked_of_the_last_period_as_it_was_at_its_start() -> None:
    facts = [CONSENT, contact("1", ago(91)), answer("1", ago(90)), contact("2", ago(90)), answer("2", ago(89))]
    other = [*facts, contact("3", ago(80))]
    found = told(person("asha", facts, before=("loyal",)), person("ben", other, segments=("loyal",)))
    assert found["period_starts"] == "2017-10-03T00:00:00Z"
    loyal = found["segments"]["loyal"]
    assert loyal["version"] == 2
    assert {name: each["exposures"] for name, each in loyal["campaigns"].items()} == {"2": 1}
    assert {name: each["exposures"] for name, each in found["all"]["campaigns"].items()} == {"2": 2, "3": 1}
    assert {name: each["exposures"] for name, each in found["window"]["campaigns"].items()} == {"1": 2, "2": 2, "3": 1}


def test_S08_lift_is_the_difference_to_those_held_back() -> None:
    reached, held = ["10.00", "20.00", "30.00", "0"], ["8.00", "0", "0", "0"]
    found = told(*side("a", 50, False, *reached), *side("b", 50, True, *held))["all"]["campaigns"]["7"]
    assert (found["exposures"], found["held_back"], found["reason"]) == (4, 4, None)
    lift = found["lift"]
    assert lift["reached"] == {"customers": 4, "buyers": 3, "share": 0.75}
    assert lift["held_back"] == {"customers": 4, "buyers": 1, "share": 0.25}
    assert (lift["difference"], lift["relative"]) == (0.5, 2.0)
    assert lift["interval"] == newcombe(3, 4, 1, 4, Z).to_json()
    spend = lift["spend"]
    assert (spend["currency"], spend["reached"], spend["held_back"]) == ("USD", "15.00", "2.00")
    assert spend["difference"] == "13.00"
    # Variances 500/3 and 16, squared errors 125/3 and 4; 3.57 degrees of freedom, t = 2.914
    assert [float(bound) for bound in spend["interval"]] == pytest.approx([-6.69, 32.69], abs=0.005)


def test_S08_the_interval_of_means_is_welch_s() -> None:
    one, two = ["1.10", "7.25", "3.00", "12.40", "0"], ["2.00", "2.50", "0", "9.99"]
    expected = ttest_ind(list(map(float, one)), list(map(float, two)), equal_var=False).confidence_interval(0.95)
    bounds = welch(moments(*one), moments(*two), Z)
    assert [float(bound) for bound in bounds] == pytest.approx([expected.low, expected.high], rel=1e-6)
    assert welch(moments("2", "2"), moments("1", "1"), Z) == (Decimal(1), Decimal(1))


def test_S08_there_is_no_lift_without_a_control_group_or_before_the_time_to_buy_is_over() -> None:
    alone = told(*side("a", 50, False, "10.00", "0"))["all"]["campaigns"]["7"]
    assert (alone["lift"], alone["reason"]) == (None, NO_CONTROL)
    few = told(*side("a", 50, False, "10.00", "0"), *side("b", 50, True, "0"))["all"]["campaigns"]["7"]
    assert (few["lift"], few["held_back"]) == (None, 1)
    assert few["reason"] == "of 2 reached and 1 held back the time to buy is over; 2 of each are needed"
    still = told(*side("a", 5, False, "10.00", "0"), *side("b", 5, True, "0", "0"))["all"]["campaigns"]["7"]
    assert still["reason"] == "of 0 reached and 0 held back the time to buy is over; 2 of each are needed"


def test_S08_who_was_held_back_without_consent_or_was_reached_after_all_is_no_control() -> None:
    refused = [contact("7", ago(50), control=True)]
    merged = [CONSENT, contact("7", ago(50), control=True), contact("7", ago(49)), answer("7", ago(48))]
    found = told(person("asha", refused), person("ben", merged))["all"]["campaigns"]["7"]
    assert (found["held_back"], found["exposures"], found["responses"]) == (0, 1, 1)


def test_S08_spend_is_compared_in_one_currency_and_who_never_bought_spent_nothing_in_it() -> None:
    arm = Arm()
    arm.add(Outcome(True, Decimal(4), "USD"))
    arm.add(Outcome(False, Decimal(0), None))
    arm.add(Outcome(True, Decimal(900), "JPY"))
    assert arm.in_currency("USD") == Moments(2, Decimal(4), Decimal(16))


def test_S08_objectives_are_told_by_strategy() -> None:
    facts = [
        objective("o1", ago(300), ago(100), strategy="people"),
        objective_closed("o1", ago(100)),
        objective("o2", ago(80), ago(-10), strategy="people"),
        objective_closed("o2", ago(10)),
        objective("o3", ago(80), ago(-10), strategy=None),
        objective_closed("o3", ago(10)),
        objective("o4", ago(80), ago(-10), strategy="cost"),
    ]
    found = told(person("asha", facts))
    assert [found["window"]["strategies"]["people"][name] for name in ("count", "n", "share")] == [2, 2, 1.0]
    assert found["all"]["strategies"]["people"]["n"] == 1
    assert list(found["window"]["strategies"]) == ["people"], "one still open, and one without a strategy, say nothing"
