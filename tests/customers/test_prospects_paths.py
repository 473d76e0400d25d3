"""C05: any path of an acquisition, beside a plain model: none leads to what is forbidden."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.customers.prospects.domain import (
    STAGES,
    Buyer,
    Cost,
    Outcome,
    OutOfOrderError,
    Verdict,
    WrongStateError,
    begin,
    buy,
    close,
    judge,
    move,
    use,
)

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
SPANS = st.integers(0, 90)


class Pipeline(RuleBasedStateMachine):
    """Any step at any time, beside a plain model: a list of places, minutes on one clock, and the money spent."""

    @initialize(buyer=st.sampled_from((*get_args(Buyer), None)))
    def enquire(self, buyer: Buyer | None) -> None:
        self.buyer = buyer
        self.prospect = begin(None, START, START)
        self.start_over(0)

    def start_over(self, minute: int) -> None:
        self.minute = self.first = minute
        self.places, self.brought = [0], [False]
        self.verdict: Verdict | None = None
        self.over, self.spent, self.last_purchase = False, 0, minute - 1
        self.waiting: int | None = None

    def moment(self, minute: int) -> datetime:
        return START + timedelta(minutes=minute)

    def reach(self, place: int, *, by_purchase: bool = False) -> None:
        self.places.append(place)
        self.brought.append(by_purchase)

    def may(self, to: int, reason: str | None) -> bool:
        span = to - self.places[-1]
        if self.over or span == 0 or (span < 0 and reason is None):
            return False
        if self.buyer != "emotional" and span not in {-1, 1}:
            return False
        return not (self.verdict == "unqualified" and to >= 2)

    @rule(to=st.integers(0, 3), reason=st.sampled_from([None, "x"]), span=SPANS, spent=st.integers(0, 9))
    def step(self, to: int, reason: str | None, span: int, spent: int) -> None:
        minute, cost = self.minute + span, Cost(Decimal(spent), "INR") if spent else None
        if not self.may(to, reason):
            with pytest.raises(WrongStateError):
                move(self.prospect, STAGES[to], self.buyer, self.moment(minute), START, reason=reason, cost=cost)
            return
        at = self.moment(minute)
        self.prospect = move(self.prospect, STAGES[to], self.buyer, at, START, reason=reason, cost=cost)
        self.minute, self.spent = minute, self.spent + spent
        self.reach(to)

    @rule(verdict=st.sampled_from(get_args(Verdict)), span=SPANS)
    def qualify(self, verdict: Verdict, span: int) -> None:
        minute = self.minute + span
        if self.over:
            with pytest.raises(WrongStateError):
                judge(self.prospect, verdict, self.moment(minute), START)
            return
        self.prospect = judge(self.prospect, verdict, self.moment(minute), START)
        self.minute, self.verdict = minute, verdict

    @rule(ago=st.integers(-90, 90))
    def purchase(self, ago: int) -> None:
        minute = self.minute - ago
        found = buy(self.prospect, self.moment(minute))
        if self.over or self.places[-1] >= 2 or minute < self.first or minute <= self.last_purchase:
            assert found is None
            return
        assert found is not None
        self.prospect, self.minute, self.last_purchase = found, max(minute, self.minute), minute
        self.reach(2, by_purchase=True)

    @rule(ago=st.integers(-90, 90))
    def use_it(self, ago: int) -> None:
        minute = self.minute - ago
        found = use(self.prospect, self.moment(minute))
        if self.over or minute < self.first:
            assert found is None
            return
        if self.places[-1] < 2:
            self.prospect = found or self.prospect
            self.waiting = min(minute, minute if self.waiting is None else self.waiting)
            assert self.prospect.used_at == self.moment(self.waiting)
            return
        assert found is not None
        self.prospect, self.minute, self.over = found, max(minute, self.minute), True
        if self.places[-1] == 2:
            self.reach(3, by_purchase=True)

    @rule(outcome=st.sampled_from(get_args(Outcome)), span=SPANS)
    def end(self, outcome: Outcome, span: int) -> None:
        minute = self.minute + span
        if self.over or (outcome == "secured" and self.places[-1] < 2):
            with pytest.raises(WrongStateError):
                close(self.prospect, outcome, self.moment(minute), START)
            return
        self.prospect = close(self.prospect, outcome, self.moment(minute), START)
        self.minute, self.over = minute, True

    @rule(span=SPANS)
    def enquire_again(self, span: int) -> None:
        minute = self.minute + span
        if not self.over or self.prospect.outcome == "secured":
            with pytest.raises(WrongStateError):
                begin(self.prospect, self.moment(minute), START)
            return
        self.prospect = begin(self.prospect, self.moment(minute), START)
        self.start_over(minute)

    @precondition(lambda self: not self.over)
    @rule(seconds=st.integers(1, 10**6))
    def never_back_in_time(self, seconds: int) -> None:
        early = self.prospect.last_step_at - timedelta(seconds=seconds)
        with pytest.raises(OutOfOrderError):
            judge(self.prospect, "later", early, START)
        with pytest.raises(OutOfOrderError):
            move(self.prospect, "interaction", self.buyer, early, START, reason="x")
        with pytest.raises(OutOfOrderError):
            close(self.prospect, "lost", early, START)

    @invariant()
    def it_stands_as_the_model_does(self) -> None:
        assert self.prospect.stage == STAGES[self.places[-1]]
        assert self.prospect.furthest == STAGES[max(self.places)]
        assert self.prospect.last_step_at == self.moment(self.minute)
        assert (self.prospect.cost_amount or 0) == self.spent
        assert (self.prospect.outcome is not None) == self.over == (self.prospect.closed_at is not None)
        assert self.prospect.occurred_at <= self.prospect.moved_at <= self.prospect.last_step_at

    @invariant()
    def no_path_leads_to_what_is_forbidden(self) -> None:
        if self.buyer != "emotional":
            steps = zip(pairwise(self.places), self.brought[1:], strict=True)
            assert all(abs(b - a) == 1 or by_purchase for (a, b), by_purchase in steps)
        if self.prospect.outcome == "secured":
            assert self.places[-1] >= 2


TestPipeline = Pipeline.TestCase
