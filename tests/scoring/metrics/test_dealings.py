"""What holds of capabilities, collaboration, chain, control and commitments, whatever the facts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.facts.fact import Fact
from services.scoring.metrics import capabilities, chain, collaboration, control, deliveries, promises, steps
from services.scoring.metrics.history import read
from services.scoring.metrics.metric import Metric
from services.scoring.metrics.rules import DEFAULT_RULES
from tests.scoring.metrics import dealing_facts as made
from tests.scoring.metrics.facts import AS_OF, line, reference, returned

NAMES = st.sampled_from(["a", "b", "c"])
NAMES_OR_NONE = st.none() | NAMES
TIMES = st.integers(-40, 320).flatmap(
    lambda days: st.sampled_from([0, 1]).map(lambda extra: AS_OF - timedelta(days=days, microseconds=extra))
)
AMOUNTS = st.sampled_from([None, "0.00", "7.50", "9999999.99"])
LINES = st.lists(
    st.builds(
        line,
        st.sampled_from(["A", "B"]),
        st.sampled_from(["0.00", "7.50"]),
        due_at=st.none() | TIMES,
        available=st.booleans(),
    ),
    max_size=2,
)


def said(make: Callable[..., Fact], *more: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]) -> Any:
    """A fact of a named entity at any time."""
    return st.builds(make, NAMES, TIMES, *more, **named)


BILLS = st.builds(
    lambda subject, time, lines, who, through: made.bill(subject, time, *lines, served_by=who, integration_id=through),
    NAMES,
    TIMES,
    LINES,
    NAMES_OR_NONE,
    NAMES_OR_NONE,
)
FACTS = st.one_of(
    BILLS,
    st.builds(lambda bill, time, lines: made.corrected(bill, time, *lines), BILLS, TIMES, LINES),
    st.builds(returned, BILLS, TIMES, reason=st.sampled_from(["defective", "wrong_item"]), whole=st.booleans()),
    said(made.delivered, st.integers(1, 2), due_at=st.none() | TIMES, in_full=st.booleans()),
    said(made.not_available),
    said(made.checked, conforms=st.booleans()),
    said(made.granted, escalated=st.booleans()),
    said(made.refused),
    said(made.complained, NAMES_OR_NONE),
    said(made.promised, TIMES, NAMES_OR_NONE),
    said(made.met),
    said(made.missed),
    said(made.planned, TIMES, AMOUNTS, st.sampled_from(["USD", "EUR"])),
    said(made.done, AMOUNTS),
    said(made.disputed),
    said(made.offered),
    said(made.started, st.sampled_from([0, 3, 12])),
    said(made.used, st.sampled_from(["order", "review"])),
    said(made.ended),
    said(made.review),
    st.builds(made.organization, TIMES),
    said(made.related, NAMES, st.sampled_from([None, 0.0, 0.7])),
    said(made.changed, NAMES, st.sampled_from([None, 0.0, 0.7])),
    said(made.parted, NAMES_OR_NONE),
    said(made.referred),
)
HISTORIES = st.lists(FACTS, max_size=25).map(lambda facts: [replace(fact, id=f"{at}") for at, fact in enumerate(facts)])
BASES = st.sampled_from([None, reference(base={"unavailable": 1, "defective": 1, "dispute": 1})])


def measured(facts: list[Fact], as_of: datetime = AS_OF, base: Any = None) -> dict[str, Metric]:
    history = read(facts, as_of, DEFAULT_RULES)
    return {
        "capabilities": capabilities.capabilities(history, DEFAULT_RULES, base),
        "collaboration": collaboration.collaboration(history, DEFAULT_RULES),
        "chain": chain.chain(history, DEFAULT_RULES),
        "control": control.control(history, DEFAULT_RULES, base),
    }


@given(HISTORIES, BASES, st.data())
@settings(max_examples=100, deadline=None)
def test_S12_order_and_repetition_of_dealings_change_nothing(facts: list[Fact], base: Any, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=10)) if facts else []
    shuffled = data.draw(st.permutations(facts + again))
    told = [each.to_json() for each in measured(shuffled, base=base).values()]
    assert told == [each.to_json() for each in measured(facts, base=base).values()]


@given(HISTORIES, BASES)
@settings(max_examples=100, deadline=None)
def test_S01_dealings_are_within_bounds_and_tell_why(facts: list[Fact], base: Any) -> None:
    for each in measured(facts, base=base).values():
        assert each.score is None or (0 <= each.score <= 100 and each.n > 0 and each.evidence)
        assert each.reason.endswith(".")
        assert "None" not in each.reason


@given(HISTORIES)
@settings(max_examples=100, deadline=None)
def test_S04_no_outcome_of_dealings_turns_before_its_time(facts: list[Fact]) -> None:
    past = [fact for fact in facts if fact.time < AS_OF]
    history = read(past, AS_OF, DEFAULT_RULES)
    turns = [turn for each in (collaboration, deliveries, promises, steps) for turn in each.turns(history)]
    assert all(turn > AS_OF for turn in turns)
    until = min([*turns, AS_OF + DEFAULT_RULES.review]) - timedelta(microseconds=1)
    assert outcomes(past, until) == outcomes(past, AS_OF)


def outcomes(facts: list[Fact], as_of: datetime) -> Any:
    """What changes in steps, where nothing leaves the window."""
    found = measured(facts, as_of)
    counts = ("steps_due", "steps_late", "disputes", "rightness_counts")
    return (
        [each.kept for each in promises.commitments(read(facts, as_of, DEFAULT_RULES))],
        found["capabilities"].to_json(),
        found["chain"].to_json(),
        found["collaboration"].inputs["reviews_share"] is None,
        [found["control"].inputs[name] for name in counts],
    )
