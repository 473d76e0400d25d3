"""Customization: suggestions, preferences and one-to-one solutions beside lines and offers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.scoring.facts.fact import Fact
from services.scoring.metrics.customization import customization
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.needs import turns
from services.scoring.metrics.population import contribution
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics.facts import AS_OF, DAY, ago, catalogue, line, purchase, reference, spread
from tests.scoring.metrics.service_facts import (
    preference,
    preference_used,
    solution,
    solution_delivered,
    suggested,
    suggestion_answered,
)

MOMENT = timedelta(microseconds=1)


def custom(*facts: Fact) -> Metric:
    base = reference(values={"customization": spread(0.0, 0.5, 1.0, 1.0)})
    return customization(read(facts, AS_OF, DEFAULT_RULES), DEFAULT_RULES, base)


def test_L07_a_suggestion_is_accepted_within_thirty_days() -> None:
    assert custom(suggested("s", ago(60))).value == 0.0
    assert custom(suggested("s", ago(60)), suggestion_answered("s", ago(60))).value == 1.0
    assert custom(suggested("s", ago(60)), suggestion_answered("s", ago(30) - MOMENT)).value == 1.0
    assert custom(suggested("s", ago(60)), suggestion_answered("s", ago(30))).value == 0.0
    assert custom(suggested("s", ago(60)), suggestion_answered("s", ago(61))).value == 0.0
    assert custom(suggested("s", ago(60)), suggestion_answered("s", ago(50), accepted=False)).value == 0.0
    changed = [suggestion_answered("s", ago(50), accepted=False), suggestion_answered("s", ago(49))]
    assert custom(suggested("s", ago(60)), *changed).value == 1.0
    assert custom(suggested("s", ago(365))).n == 1
    assert custom(suggested("s", ago(365) - MOMENT)).n == 0
    assert custom(suggestion_answered("s", ago(9))).n == 0


@pytest.mark.parametrize(("told", "met"), [(preference, preference_used), (solution, solution_delivered)])
def test_C07_what_was_asked_or_promised_counts_once_it_is_due_or_met(
    told: Callable[..., Fact], met: Callable[..., Fact]
) -> None:
    assert custom(told("x", ago(90))).n == 0  # never due, not met yet
    assert custom(told("x", ago(90), AS_OF)).n == 0  # due at this very moment, not past it
    assert (custom(told("x", ago(90), AS_OF - MOMENT)).n, custom(told("x", ago(90), ago(5))).value) == (1, 0.0)
    assert custom(told("x", ago(90)), met("x", ago(5))).value == 1.0
    assert custom(told("x", ago(90), ago(9)), met("x", ago(5))).value == 1.0  # late is better than never
    assert custom(told("x", ago(800)), met("x", ago(700)), met("x", ago(5))).n == 1  # once, though used often
    assert custom(told("x", ago(800), ago(365))).n == 1
    assert custom(told("x", ago(800), ago(365) - MOMENT)).n == 0
    assert custom(met("x", ago(5))).n == 0


def test_S01_customization_adds_all_its_kinds() -> None:
    sold = purchase("p", ago(9), line("A", "1.00", tailorable=True))
    facts = [sold, suggested("s", ago(60)), suggestion_answered("s", ago(59)), preference("x", ago(50), ago(40))]
    facts += [solution("y", ago(50), ago(40)), solution_delivered("y", ago(45))]
    found = custom(*facts)
    assert (found.value, found.n) == (0.5, 4)  # a line untailored, a suggestion taken, a preference due, a solution
    assert found.score == 37.5  # of twenty 5 below, 5 equal
    assert len(found.evidence) == 4
    assert found.reason == (
        "0 of 1 tailorable lines tailored and kept, 1 of 1 suggestions accepted, 0 of 1 preferences used, "
        "1 of 1 solutions delivered: mid-rank 38 of 100 among customers."
    )
    assert contribution(facts, AS_OF, DEFAULT_RULES, catalogue()).values["customization"] == 0.5


def test_review_when_a_preference_or_solution_is_past_due() -> None:
    def review(*facts: Fact) -> list[datetime]:
        return turns(read(facts, AS_OF, DEFAULT_RULES))

    due = AS_OF + 3 * DAY
    assert review(preference("x", ago(9), due), solution("y", ago(9), AS_OF)) == [due + MOMENT, AS_OF + MOMENT]
    assert review(preference("x", ago(9), due), preference_used("x", ago(5))) == []
    early = preference_used("x", due - DEFAULT_RULES.window)
    assert review(preference("x", ago(500), due), early) == []  # counts as met up to its due time
    assert review(preference("x", ago(500), due), preference_used("x", early.time - MOMENT)) == [due + MOMENT]
    assert review(preference("x", ago(9)), solution("y", ago(9), ago(1))) == []


def test_L07_evidence_is_the_latest_answer() -> None:
    facts = [suggested("first", ago(29)), suggestion_answered("first", ago(1))]
    facts += [suggested(f"s{at}", ago(20 - at)) for at in range(6)]
    assert custom(*facts).evidence[0].time == ago(1)
