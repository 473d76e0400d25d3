"""What holds of cases, care, customization, conversations, objectives and causes, whatever the facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics import follow_ups, needs, objectives, patterns
from services.scoring.metrics.care import care
from services.scoring.metrics.communications import communications
from services.scoring.metrics.cost import cost
from services.scoring.metrics.course import Phase
from services.scoring.metrics.customer import customer
from services.scoring.metrics.customization import customization
from services.scoring.metrics.defection import defection
from services.scoring.metrics.history import History, read
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.surroundings import Surroundings
from tests.scoring.metrics import facts as made
from tests.scoring.metrics import service_facts as service
from tests.scoring.metrics.facts import AS_OF

TIMES = st.integers(-40, 800).flatmap(
    lambda days: st.sampled_from([0, 1, 3_600_000_000]).map(
        lambda extra: AS_OF - timedelta(days=days, microseconds=extra)
    )
)
BASE = made.reference(
    median_gap=9.0,
    values={"customization": made.spread(0.5)},
    surroundings=Surroundings(stores={"a": date(2017, 9, 1)}, channels={"app": date(2017, 9, 1)}),
)


def said(make: Callable[..., Fact], *more: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    return st.builds(make, st.sampled_from(["a", "b"]), TIMES, *more, **named)


MONEY = st.none() | st.sampled_from([service.money("3.00"), service.money("0.00"), service.money("1.00", "INR")])
FACTS = st.one_of(
    said(made.purchase),
    said(made.opened),
    said(made.acknowledged),
    said(made.resolved),
    said(made.reopened),
    said(made.withdrawn),
    said(service.paused),
    said(service.resumed, acknowledge=TIMES, resolve=TIMES),
    said(service.breached),
    said(service.task, TIMES),
    said(service.done),
    said(service.promise, TIMES),
    said(service.promise_met),
    said(service.objective, TIMES, strategy=st.sampled_from([None, "s"])),
    said(service.progressed, st.sampled_from(["-1", "0", "50", "1000"])),
    said(service.objective_closed),
    said(service.suggested),
    said(service.suggestion_answered, accepted=st.booleans()),
    said(service.preference, st.none() | TIMES),
    said(service.preference_used),
    said(service.solution, st.none() | TIMES),
    said(service.solution_delivered),
    said(service.touchpoint, channel=st.sampled_from(["app", "phone"]), outcome=st.sampled_from([None, "sold"])),
    said(service.doubt),
    said(service.doubt_resolved),
    said(service.gesture, MONEY),
    said(service.points_spent, MONEY),
    said(service.points_expired),
    said(service.observed, st.sampled_from(["price", "approach"])),
    st.builds(service.violation, TIMES),
    st.builds(service.stage, TIMES, MONEY),
    st.builds(service.survey, TIMES, csat=st.integers(1, 5), product=st.just((5, 4))),
)
HISTORIES = st.lists(FACTS, max_size=25).map(lambda facts: [replace(fact, id=f"{at}") for at, fact in enumerate(facts)])


def measured(facts: list[Fact], as_of: datetime = AS_OF) -> bytes:
    history = read(facts, as_of, DEFAULT_RULES)
    found = [
        customer(history, Phase.RETENTION, DEFAULT_RULES, BASE),
        cost(history, DEFAULT_RULES, BASE),
        customization(history, DEFAULT_RULES, BASE),
        communications(history, DEFAULT_RULES, BASE),
        care(history, DEFAULT_RULES),
    ]
    for each in found:
        assert each.score is None or (0 <= each.score <= 100 and each.n > 0 and each.evidence)
        assert each.reason.endswith(".")
        assert "None" not in each.reason
    leaving = defection(history, DEFAULT_RULES, BASE).to_json()
    return orjson.dumps([leaving, *(each.to_json() for each in found)])


@given(HISTORIES, st.data())
@settings(max_examples=200, deadline=None)
def test_S12_order_repetition_and_what_is_not_known_yet_change_no_bit(facts: list[Fact], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=10)) if facts else []
    known = [fact for fact in facts if fact.time < AS_OF]
    assert measured(data.draw(st.permutations(facts + again))) == measured(facts) == measured(known)


@given(HISTORIES, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_S12_nothing_turns_before_its_moment(facts: list[Fact], parts: int) -> None:
    known = [fact for fact in facts if fact.time < AS_OF]
    now = read(known, AS_OF, DEFAULT_RULES)
    moments = turns(now)
    assert all(turn > AS_OF for turn in moments)
    until = min(moments, default=AS_OF + timedelta(days=400))
    then = AS_OF + (until - AS_OF - timedelta(microseconds=1)) * parts / 60
    assert outcomes(read(known, then, DEFAULT_RULES)) == outcomes(now)
    if moments:
        assert outcomes(read(known, until, DEFAULT_RULES)) != outcomes(now)


def turns(history: History) -> list[datetime]:
    found = [turn for case in history.cases for turn in case.turns(history.as_of) if turn > history.as_of]
    found += follow_ups.turns(history)
    found += needs.turns(history)
    found += objectives.turns(history, DEFAULT_RULES.objectives)
    return found + patterns.turns(history, DEFAULT_RULES.patterns)


def outcomes(history: History) -> list[Any]:
    """Whatever changes at a moment, without what merely leaves the window."""
    due = datetime.min.replace(tzinfo=AS_OF.tzinfo)
    app = patterns.patterns(history, history.as_of, DEFAULT_RULES)
    return [
        [case.past_standard(history.as_of) for case in history.cases],
        [each.kept for each in follow_ups.follow_ups(history)],
        [need.counts(due, history.as_of) for need in (*needs.preferences(history), *needs.solutions(history))],
        [each.judged_from(DEFAULT_RULES.objectives) <= history.as_of for each in objectives.objectives(history)],
        [fact.subject for cause, fact in app if cause == "technological"],
    ]
