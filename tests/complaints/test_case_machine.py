"""K01: whatever is done to a case in whatever order, it stands as a plain book of its steps says."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.complaints.cases.domain import Case, OutOfOrderError, State, Verb, WrongStateError, take
from tests.complaints.test_domain import leads

START = datetime(2017, 3, 1, 10, tzinfo=UTC)
_OPEN: State = "open"
VERBS: tuple[Verb, ...] = get_args(Verb)


class CaseMachine(RuleBasedStateMachine):
    """Any verb at any time, as often as one likes. The model: the state, and the book of steps that were taken."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.state = Case("open", START), _OPEN
        self.book: list[tuple[Verb, datetime, str]] = []

    @rule(verb=st.sampled_from(VERBS), minutes=st.integers(0, 90), department=st.sampled_from(["tills", "floor"]))
    def step(self, verb: Verb, minutes: int, department: str) -> None:
        at = self.case.last_step_at + timedelta(minutes=minutes)
        to: State | None = leads(self.case, verb)
        if to is None:
            with pytest.raises(WrongStateError):
                take(self.case, verb, at, START, department)
            return
        self.case, self.state = take(self.case, verb, at, START, department), to
        self.book.append((verb, at, department))

    @rule(verb=st.sampled_from(VERBS), seconds=st.integers(1, 10**6))
    def never_back_in_time(self, verb: Verb, seconds: int) -> None:
        with pytest.raises((OutOfOrderError, WrongStateError)):
            take(self.case, verb, self.case.last_step_at - timedelta(seconds=seconds), START)

    @invariant()
    def it_stands_where_its_steps_led(self) -> None:
        assert self.case.state == self.state
        assert self.case.last_step_at == (self.book[-1][1] if self.book else START)

    @invariant()
    def counts_are_those_of_the_book(self) -> None:
        told = [verb for verb, _, _ in self.book]
        counts = (self.case.level, self.case.pauses, self.case.requests, self.case.reopened)
        counted: list[Verb] = ["escalate", "pause", "request_remedy", "reopen"]
        assert counts == tuple(told.count(verb) for verb in counted)
        given_to = [department for verb, _, department in self.book if verb == "assign"]
        assert self.case.handovers == sum(a != b for a, b in pairwise(given_to))
        assert self.case.department == (given_to[-1] if given_to else None)

    @invariant()
    def it_waits_from_a_pause_to_what_ends_it(self) -> None:
        turns = [(verb, at) for verb, at, _ in self.book if verb in ("pause", "resume", "resolve", "withdraw")]
        waiting = bool(turns) and turns[-1][0] == "pause"
        assert self.case.waiting_since == (turns[-1][1] if waiting else None)

    @invariant()
    def what_has_left_open_was_acknowledged_by_the_first_answer(self) -> None:
        answers = [at for verb, at, _ in self.book if verb in ("acknowledge", "resolve", "reopen")]
        assert self.case.acknowledged_at == (answers[0] if answers else None)
        assert self.state == "withdrawn" or bool(answers) == (self.state != "open")

    @invariant()
    def times_belong_to_the_state(self) -> None:
        assert (self.case.resolved_at is not None) == (self.state in ("resolved", "closed"))
        assert (self.case.closed_at is not None) == (self.state == "closed")
        assert (self.case.settled_at is not None) == (self.state in ("resolved", "closed", "withdrawn"))


TestCaseMachine = CaseMachine.TestCase
