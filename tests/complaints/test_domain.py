"""K01: the state machine by itself: every verb in every state, and what holds in every life."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.complaints.cases.domain import (
    SETTLED,
    STEPS,
    UNSETTLED,
    Case,
    OutOfOrderError,
    State,
    Verb,
    WrongStateError,
    allowed,
    take,
)

START = datetime(2017, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
VERBS: tuple[Verb, ...] = get_args(Verb)
STATES: tuple[State, ...] = get_args(State)
LEADS = {
    ("open", "acknowledge"): "acknowledged",
    ("open", "assign"): "open",
    ("open", "escalate"): "open",
    ("open", "remedy"): "open",
    ("open", "resolve"): "resolved",
    ("open", "withdraw"): "withdrawn",
    ("acknowledged", "assign"): "in_progress",
    ("acknowledged", "escalate"): "acknowledged",
    ("acknowledged", "remedy"): "acknowledged",
    ("acknowledged", "resolve"): "resolved",
    ("acknowledged", "withdraw"): "withdrawn",
    ("in_progress", "assign"): "in_progress",
    ("in_progress", "escalate"): "in_progress",
    ("in_progress", "remedy"): "in_progress",
    ("in_progress", "resolve"): "resolved",
    ("in_progress", "withdraw"): "withdrawn",
    ("resolved", "remedy"): "resolved",
    ("resolved", "close"): "closed",
    ("resolved", "reopen"): "in_progress",
    ("closed", "reopen"): "in_progress",
    ("withdrawn", "reopen"): "in_progress",
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_K01_every_verb_in_every_state(state: State, verb: Verb) -> None:
    case = Case(state, START)
    if (to := LEADS.get((state, verb))) is not None:
        assert take(case, verb, START + HOUR, START, "tills").state == to
        return
    with pytest.raises(WrongStateError) as refused:
        take(case, verb, START + HOUR, START, "tills")
    assert f"the complaint is {state}" in str(refused.value)
    assert all(option in str(refused.value) for option in allowed(state))


def test_K01_the_table_speaks_of_every_verb_and_leaves_no_state_without_a_way_on() -> None:
    assert set(STEPS) == set(VERBS)
    assert set(UNSETTLED) | set(SETTLED) == set(STATES)
    assert all(allowed(state) for state in STATES)


@given(ahead=st.timedeltas(timedelta(0), timedelta(days=1)), late=st.timedeltas(timedelta(0), timedelta(days=1)))
def test_K01_a_step_told_without_a_time_never_comes_before_the_last(ahead: timedelta, late: timedelta) -> None:
    case = Case("open", START + ahead)
    assert take(case, "escalate", None, START + late).last_step_at == START + max(ahead, late)


class Life(RuleBasedStateMachine):
    """Any verb at any time, as often as one likes."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.departments = Case("open", START), [""]

    @rule(verb=st.sampled_from(VERBS), minutes=st.integers(0, 90), department=st.sampled_from(["tills", "floor"]))
    def step(self, verb: Verb, minutes: int, department: str) -> None:
        before, at = self.case, self.case.last_step_at + timedelta(minutes=minutes)
        if verb not in allowed(before.state):
            with pytest.raises(WrongStateError):
                take(before, verb, at, START, department)
            return
        self.case = take(before, verb, at, START, department)
        assert self.case.last_step_at == at
        self.departments += [department] if verb == "assign" else []

    @precondition(lambda self: "escalate" in allowed(self.case.state))
    @rule(seconds=st.integers(1, 10**6))
    def never_back_in_time(self, seconds: int) -> None:
        with pytest.raises(OutOfOrderError):
            take(self.case, "escalate", self.case.last_step_at - timedelta(seconds=seconds), START)

    @invariant()
    def what_has_left_open_was_acknowledged(self) -> None:
        if self.case.state not in ("open", "withdrawn"):
            assert self.case.acknowledged_at is not None
        if self.case.state == "open":
            assert self.case.acknowledged_at is None

    @invariant()
    def times_belong_to_the_state(self) -> None:
        assert (self.case.resolved_at is not None) == (self.case.state in ("resolved", "closed"))
        assert (self.case.closed_at is not None) == (self.case.state == "closed")
        told: list[Any] = [START, self.case.acknowledged_at, self.case.resolved_at, self.case.closed_at]
        known = [time for time in told if time is not None]
        assert known == sorted(known)

    @invariant()
    def handovers_are_changes_of_department(self) -> None:
        given_to = self.departments[1:]
        changes = sum(a != b for a, b in pairwise(given_to))
        assert self.case.handovers == changes
        assert self.case.department == (given_to[-1] if given_to else None)


TestLife = Life.TestCase
