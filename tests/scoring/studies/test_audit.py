"""The four warning signals, counted and tested by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import read
from services.scoring.metrics.population_rules import AuditRules
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.value_model import Law, Spending, ValueModel
from services.scoring.studies.audit import Audit
from services.scoring.studies.best import Best
from services.scoring.studies.periods import before
from services.scoring.studies.raising import Share, Verdict, compared, silent, together
from services.scoring.studies.signals import SIGNALS, Look
from services.scoring.studies.study import Found, Setting, Subject
from shared.events.loyalty import CompetitorObserved, ObservationKind
from tests.scoring.metrics.facts import AS_OF, DAY, ago, exit_stated, fact, line, purchase, reference
from tests.scoring.metrics.service_facts import survey
from tests.scoring.studies.people import bought, person

NAMES = ["competitors_approach_best", "customers_switch", "best_repurchase_falls", "preference_falls"]
RULES = AuditRules()
LAST = before(AS_OF, DEFAULT_RULES.period, 1)[0]
"""[2017-10-03, 2018-01-01)."""
MOMENT = DAY / 86_400
LAW = Law(0.5248, 6.1831, 0.8914, 1.6140, -9582.14)
MODEL = ValueModel(7.0, date(2017, 12, 31), 150, LAW, LAW, {"USD": Spending(6.25, 3.74, 15.44, 0.0, 150)}, True, AS_OF)
VALUED = reference(model=MODEL)


def observed(kind: ObservationKind, days_ago: float) -> Fact:
    return fact(CompetitorObserved(kind=kind), f"{kind}-{days_ago}", ago(days_ago))


def said(days_ago: float, **answers: Any) -> Fact:
    return survey(ago(days_ago), **answers)


def holds(signal: str, *facts: Fact) -> bool | None:
    """How a customer with these facts counts in the last period before `AS_OF`."""
    definition = SIGNALS[NAMES.index(signal)]
    return definition.holds(Look(read(facts, AS_OF, DEFAULT_RULES), LAST, DEFAULT_RULES, reference()))


def audit(people: Iterable[Subject]) -> Found:
    made = Audit(Setting(AS_OF, DEFAULT_RULES, VALUED))
    for each in people:
        made.add(each)
    return made.found()


def signal(found: Found, name: str) -> dict[str, Any]:
    told: dict[str, Any] = found.content["signals"][NAMES.index(name)]
    assert told["signal"] == name
    return told


# The shares


def test_S09_the_best_are_the_uppermost_fifth_by_mid_rank() -> None:
    best = Best(2)
    for worth in (5.0, 1.0, 4.0, None, 3.0, 4.0, 0.5, 0.4, 0.3, 0.2, 0.1):
        best.add((worth, None), "USD")
    first, second = best.chosen(0.2)
    assert first.nonzero()[0].tolist() == [0, 2, 5]  # of the ten known: 95, and twice (7 + 9)/20 = 80
    assert second.nonzero()[0].tolist() == []


def test_S09_of_those_worth_the_same_nobody_is_the_best() -> None:
    best = Best(1)
    for _ in range(40):
        best.add((7.0,), "USD")
    assert not best.chosen(0.2)[0].any()


def test_S09_currencies_are_ranked_each_for_itself() -> None:
    best = Best(1)
    for worth, currency in ((900.0, "INR"), (800.0, "INR"), (9.0, "USD"), (8.0, "USD")):
        best.add((worth,), currency)
    assert best.chosen(0.5)[0].tolist() == [True, False, True, False]
    assert best.known


@pytest.mark.parametrize("kind", ["offer", "approach"])
def test_S09_an_approach_is_an_offer_or_an_approach_in_the_period(kind: ObservationKind) -> None:
    assert holds("competitors_approach_best", observed(kind, 90)) is True
    assert holds("competitors_approach_best", observed(kind, 90.01)) is False
    assert holds("competitors_approach_best", observed("price", 10), observed("better_product", 10)) is False


def steady(until: float, *, gap: int = 7, times: int = 12) -> list[Fact]:
    """So many purchases, a gap apart, the last so many days ago."""
    return [purchase(f"b{at}", ago(until + gap * at)) for at in range(times)]


def test_S09_who_comes_at_risk_switches() -> None:
    assert holds("customers_switch", *steady(91)) is True
    assert holds("customers_switch", *steady(0.5, times=30)) is False
    assert holds("customers_switch", *steady(20, times=5)) is None, "was no customer before the period"
    assert holds("customers_switch", *steady(130)) is None, "was at risk already"
    assert holds("customers_switch") is None


@pytest.mark.parametrize(
    "told",
    [
        exit_stated(ago(20)),
        survey(ago(20), reason_for_leaving="price"),
        observed("category_switched", 20),
        observed("programme_joined", 20),
    ],
)
def test_S09_who_says_so_switches(told: Fact) -> None:
    active = steady(1, times=30)
    assert holds("customers_switch", *active) is False
    assert holds("customers_switch", *active, told) is True
    assert holds("customers_switch", *active, replace(told, time=LAST.starts - MOMENT)) is not True


def test_S09_who_abandons_a_category_switches() -> None:
    def wine(count: int, since: int) -> list[Fact]:
        both = (line("GROCERY", "1.00"), line("WINE", "1.00"))
        return [purchase(f"w{at}", ago(since + 7 * at), *both) for at in range(count)]

    others = steady(1, times=13)  # over the last 90 days
    assert holds("customers_switch", *others, *wine(6, 91)) is True
    assert holds("customers_switch", *others, *wine(5, 91)) is False, "it was bought too seldom"
    assert holds("customers_switch", *others, *wine(7, 89)) is False, "it was bought in the period"
    assert holds("customers_switch", *steady(1, times=30), *wine(12, 181)) is False, "it was abandoned earlier"


@pytest.mark.parametrize(
    ("gap", "last", "expected"),
    [
        (10, 45.3, True),  # then late from the sixtieth day on: 29.7 of 90 days
        (10, 45.29, False),
        (10, None, False),
        (60, None, True),  # 90 days are allowed, and the last purchase was a day before
        (61, 1, None),  # 1.5 x 61 days do not fit in the period
    ],
)
def test_S09_repurchase_is_within_one_and_a_half_of_the_own_median_gap_in_two_thirds_of_the_period(
    gap: int, last: float | None, expected: bool | None
) -> None:
    """Every ten days up to the `last`."""
    days = [] if last is None else [last - 10 * back for back in range(int(last) // 10 + 1)]
    later = [purchase(f"again{at}", LAST.starts + after * DAY) for at, after in enumerate(days)]
    assert holds("best_repurchase_falls", *steady(91, gap=gap, times=5), *later) is expected


def test_S09_a_fortnight_without_a_purchase_is_no_falling_repurchase() -> None:
    bought_on = [purchase(f"after{at}", LAST.starts + (at + 14) * DAY) for at in range(0, 76, 5)]
    assert holds("best_repurchase_falls", *steady(91, gap=5, times=8), *bought_on) is True
    seldom = [purchase(f"after{at}", LAST.starts + at * DAY) for at in range(1, 90, 15)]
    assert holds("best_repurchase_falls", *steady(91, gap=5, times=8), *seldom) is False, "on time now and then"


def test_S09_repurchase_needs_a_rhythm_of_ones_own_before_the_period() -> None:
    assert holds("best_repurchase_falls", *steady(91, times=4)) is None, "three gaps"
    assert holds("best_repurchase_falls", *steady(90, times=5)) is None, "the fifth purchase is of the period"
    assert holds("best_repurchase_falls") is None


def test_S09_preference_is_what_was_answered_last() -> None:
    was, now = said(60, prefers_us=False), said(30, prefers_us=True)
    assert holds("preference_falls", was, now, said(10, csat=4)) is True
    assert holds("preference_falls", was, said(20, prefers_us=False)) is False
    assert holds("preference_falls", said(90.5, prefers_us=True), said(10, csat=4)) is None


# The test


def told(was: Share, now: Share, *, rises: bool) -> dict[str, Any]:
    """The verdict on the only signal that is tested."""
    [verdict] = together([compared(was, now, RULES, rises=rises)], RULES)
    return verdict.to_json()


def test_S09_a_rise_is_tested_one_sided_against_the_rules() -> None:
    # Pooled 11/60: z = (9 - 2)/30 / sqrt(11/60 x 49/60 x 2/30) = 2.3355, upper tail 0.0098.
    assert told(Share(2, 30), Share(9, 30), rises=True) == {
        "before": 0.0667,
        "now": 0.3,
        "z": 2.3355,
        "p_value": 0.0098,
        "p_adjusted": 0.0098,
        "raised": True,
        "reason": "2 of 30 before, 9 of 30 now: were nothing changed, so great a rise would have a probability of "
        "0.0098, as one of 1 test 0.0098: below 0.05.",
    }
    back = told(Share(9, 30), Share(2, 30), rises=True)
    assert (back["raised"], back["p_value"]) == (False, 0.9902)
    fall = told(Share(9, 30), Share(2, 30), rises=False)
    assert (fall["raised"], fall["z"], fall["p_value"]) == (True, -2.3355, 0.0098)


def test_S09_the_level_is_five_percent() -> None:
    # Pooled 1/4: z = 0.1/sqrt(3/16 x 2/100) = 1.633, tail 0.0512; one more: pooled 51/200, z = 1.7846, tail 0.0372.
    assert told(Share(20, 100), Share(30, 100), rises=True)["raised"] is False
    assert told(Share(20, 100), Share(31, 100), rises=True)["raised"] is True


def test_S09_signals_are_judged_together() -> None:
    def tested(p_value: float) -> Verdict:
        return Verdict(0.1, 0.2, 1.0, p_value, None, None, "Tested")

    verdicts = together([tested(0.03), silent("Nothing."), tested(0.001), tested(0.02)], RULES)
    assert [verdict.p_adjusted for verdict in verdicts] == [pytest.approx(0.04), None, 0.003, pytest.approx(0.04)]
    assert [verdict.raised for verdict in verdicts] == [True, None, True, True]
    assert verdicts[0].reason == "Tested, as one of 3 tests 0.0400: below 0.05."
    alone = together([tested(0.03), tested(0.9), tested(0.8)], RULES)  # 3 x 0.03, then 2 x 0.8, then 0.9
    assert [verdict.p_adjusted for verdict in alone] == [pytest.approx(0.09), 1.0, 1.0]
    assert alone[0].raised is False


@pytest.mark.parametrize("sizes", [(29, 30), (30, 29), (0, 30)])
def test_S09_too_few_customers_are_no_verdict(sizes: tuple[int, int]) -> None:
    verdict = compared(Share(0, sizes[0]), Share(29, sizes[1]), RULES, rises=True)
    assert (verdict.raised, verdict.z, verdict.p_value, verdict.p_adjusted) == (None, None, None, None)
    assert verdict.reason == (f"It takes 30 customers in each period: there were {sizes[0]} before and {sizes[1]} now.")
    assert verdict.before == (0.0 if sizes[0] == 30 else None)
    assert verdict.now == (29 / 30 if sizes[1] == 30 else None)


# The whole


def buyers(approached: dict[int, list[Fact]]) -> list[Subject]:
    """c001 … c150, each of whom spent a dollar more a day than the one before: c121 … c150 are the best."""
    days = [ago(back).date().isoformat() for back in (300, 200, 100)]
    return [
        person(f"c{at:03}", [*bought(*days, paid=f"{at}.00"), *approached.get(at, [])], VALUED) for at in range(1, 151)
    ]


def test_S09_competitors_approach_the_best() -> None:
    earlier = {at: [observed("offer", 100)] for at in (130, 140)}
    lately = {at: [observed("approach", 10)] for at in (*range(1, 21), *range(121, 130))}
    found = audit(buyers(earlier | lately))
    told = signal(found, "competitors_approach_best")
    assert [(point["count"], point["n"]) for point in told["trend"]] == [(0, 0), (0, 0), (2, 30), (9, 30)]
    assert told["trend"][-1] == {
        "starts": "2017-10-03T00:00:00Z",
        "ends": "2018-01-01T00:00:00Z",
        "n": 30,
        "count": 9,
        "share": 0.3,
        "interval": [0.1666, 0.4788],  # Wilson, by hand: (9 + 1.9207 -/+ 1.96 sqrt(6.3 + 0.9604))/33.8415
    }
    assert (told["before"], told["now"], told["z"], told["p_value"]) == (0.0667, 0.3, 2.3355, 0.0098)
    assert (told["raised"], told["customers"]) == (True, 9)
    assert found.customers["competitors_approach_best"] == [f"c{at}" for at in range(121, 130)]
    assert found.content["objectives"] == [
        {
            "signal": "competitors_approach_best",
            "strategy": "competitors",
            "now": 0.3,
            "target": 0.0667,
            "due": "2018-04-01T00:00:00Z",
            "customers": 9,
        }
    ]
    assert {name: found.content[name] for name in ("period_days", "best", "significance", "least")} == {
        "period_days": 90,
        "best": 0.2,
        "significance": 0.05,
        "least": 30,
    }


def test_S09_what_nobody_ever_recorded_is_silence() -> None:
    told = signal(audit(buyers({})), "competitors_approach_best")
    assert (told["raised"], told["before"], told["now"]) == (None, None, None)
    assert told["reason"].startswith("Nobody recorded such a thing")
    assert [point["share"] for point in told["trend"]] == [None] * 4
    assert told["trend"][-1]["n"] == 30


def test_S09_an_observation_of_anybody_shows_that_they_are_recorded() -> None:
    told = signal(audit(buyers({1: [observed("price", 300)]})), "competitors_approach_best")
    assert (told["raised"], told["before"], told["now"], told["z"]) == (False, 0.0, 0.0, 0.0)


def test_S09_nobody_is_the_best_before_a_value_is_known() -> None:
    made = Audit(Setting(AS_OF, DEFAULT_RULES, reference()))
    made.add(person("a", [*steady(1), observed("offer", 10)]))
    told = signal(made.found(), "competitors_approach_best")
    assert told["raised"] is None
    assert told["reason"].startswith("What customers are worth was known of nobody")


def test_S09_all_who_were_asked_prefer_us_less() -> None:
    # 30 of 40, then 20 of 40. Pooled 5/8: z = -1/4 / sqrt(15/64 x 2/40) = -2.3094, lower tail 0.0105.
    found = audit(
        person(f"c{at:02}", [said(100, prefers_us=at < 30), said(10, prefers_us=at < 20)]) for at in range(40)
    )
    told = signal(found, "preference_falls")
    assert (told["before"], told["now"], told["z"], told["p_value"]) == (0.75, 0.5, -2.3094, 0.0105)
    assert (told["raised"], told["best"], told["rises"]) == (True, False, False)
    assert found.customers["preference_falls"] == [f"c{at}" for at in range(20, 40)]
    assert [(each["signal"], each["target"]) for each in found.content["objectives"]] == [("preference_falls", 0.75)]


def test_S09_a_share_of_too_few_is_null_in_the_trend() -> None:
    people = [
        person(f"c{at:02}", [said(100, prefers_us=True), *([said(10, prefers_us=True)] if at else [])])
        for at in range(30)
    ]
    was, now = signal(audit(people), "preference_falls")["trend"][-2:]
    assert (was["n"], was["share"]) == (30, 1.0)
    assert (now["n"], now["count"], now["share"], now["interval"]) == (29, 29, None, None)


def test_S09_the_parts_of_switching_are_told_apart() -> None:
    active = steady(1, times=30)
    found = audit(
        [
            person("stays", active),
            person("says", [*active, exit_stated(ago(20)), purchase("still", ago(15))]),
            person("silent", steady(91)),
            person("both", [*steady(91), observed("category_switched", 20)]),
            person("new", steady(20, times=5)),
            person("earlier", [*steady(181)]),
        ]
    )
    assert signal(found, "customers_switch")["parts"] == {
        "at_risk": {"before": 1, "now": 2},
        "reported": {"before": 0, "now": 2},
        "abandoned": {"before": 0, "now": 0},
    }
    assert signal(found, "preference_falls")["parts"] == {}


@pytest.mark.parametrize(("since", "cautious"), [(544, True), (545.5, False)])
def test_S09_a_base_watched_for_a_short_time_calls_for_caution(since: float, *, cautious: bool) -> None:
    facts = [*steady(1, times=30), said(100, prefers_us=True), said(10, prefers_us=True)]
    people = [person(f"c{at:02}", facts) for at in range(30)]  # the periods compared began 180 days ago
    found = audit([person("first", [purchase("first", ago(since))]), *people])
    told = {name: " Caution: the base has been observed since" in signal(found, name)["reason"] for name in NAMES}
    assert told == dict.fromkeys(NAMES, False) | {"customers_switch": cautious}
    assert signal(found, "preference_falls")["raised"] is False, "tested, yet of what needs no watching"
    assert found.content["observed_since"][:10] == ago(since).date().isoformat()


def test_S09_behind_a_falling_repurchase_are_the_best_who_did_not_buy() -> None:
    def buyer(at: int, *days: float) -> Subject:
        before_it = [*steady(91, gap=20, times=8)]
        bills = [purchase(each.subject, each.time, line("GROCERY", f"{at}.00")) for each in before_it]
        return person(f"c{at:03}", [*bills, *(purchase(f"l{day}", ago(day)) for day in days)], VALUED)

    found = audit(buyer(at, *([75, 50, 25] if at % 2 else [75])) for at in range(1, 151))
    told = signal(found, "best_repurchase_falls")
    assert (told["trend"][-1]["count"], told["trend"][-1]["n"]) == (15, 30)
    assert found.customers["best_repurchase_falls"] == [f"c{at}" for at in range(122, 151, 2)]
