"""C12: the life of promises under any order of telling and looking, against a plain model."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.customers.commitments.domain import Promise, RefusedError, meet, miss, promised

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: int) -> datetime:
    """So many hours after the start."""
    return START + hours * HOUR


def test_C12_a_promise_is_missed_and_met_once() -> None:
    missed = miss(promised(at(0), at(1)))
    [met] = meet(missed, at(2), at(2))
    for again in (lambda: miss(missed), lambda: miss(met), lambda: meet(met, None, at(3))):
        with pytest.raises(RefusedError):
            again()


def test_C12_a_due_time_before_the_promise_is_refused() -> None:
    with pytest.raises(RefusedError, match="can't have been due before that"):
        promised(at(1), at(0))
    assert promised(at(1), at(1)).kept is None


@given(ahead=st.integers(0, 24), late=st.integers(0, 24))
def test_C12_what_is_met_now_is_never_met_before_it_was_made(ahead: int, late: int) -> None:
    promise = Promise(at(ahead), at(48))
    assert meet(promise, None, at(late))[-1].met_at == at(max(ahead, late))


@dataclass
class Plain:
    """A promise as a paper list would hold it: two times, and two boxes to tick."""

    made: int
    due: int
    met: int | None = None
    missed: bool = False
    told: list[str] = field(default_factory=list)


class Promises(RuleBasedStateMachine):
    """Anybody promises and meets at any time, told late or at once; clocks look whenever they like, or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100
        self.promises: list[Promise] = []
        self.plain: list[Plain] = []

    @rule(made=st.integers(0, 100), due=st.integers(0, 50))
    def promise(self, made: int, due: int) -> None:
        self.promises.append(promised(at(made), at(made + due)))
        self.plain.append(Plain(made, made + due))

    @rule(hours=st.integers(1, 60))
    def time_goes_by(self, hours: int) -> None:
        self.now += hours

    @rule(clocks=st.integers(1, 2))
    def clocks_look(self, clocks: int) -> None:
        for _ in range(clocks):
            for number, each in enumerate(self.promises):
                if each.due(at(self.now)):
                    self.take(number, miss(each))
        for plain in self.plain:
            plain.missed |= plain.met is None and plain.due < self.now

    @precondition(lambda self: self.promises)
    @rule(data=st.data(), ago=st.none() | st.integers(0, 200))
    def somebody_meets_one(self, data: st.DataObject, ago: int | None) -> None:
        number = data.draw(st.integers(0, len(self.promises) - 1))
        plain, when = self.plain[number], self.now - (ago or 0)
        told = None if ago is None else at(when)
        if plain.met is not None or when < plain.made:
            with pytest.raises(RefusedError):
                meet(self.promises[number], told, at(self.now))
            return
        for after in meet(self.promises[number], told, at(self.now)):
            self.take(number, after)
        plain.met, plain.missed = when, plain.missed or plain.due < when

    def take(self, number: int, after: Promise) -> None:
        self.promises[number] = after
        self.plain[number].told.append(after.state)

    @invariant()
    def it_stands_as_on_paper(self) -> None:
        for each, plain in zip(self.promises, self.plain, strict=True):
            assert each.state == ("met" if plain.met is not None else "missed" if plain.missed else "open")
            assert each.kept == (plain.met <= plain.due if plain.met is not None else False if plain.missed else None)

    @invariant()
    def each_outcome_is_told_once_and_in_order(self) -> None:
        for plain in self.plain:
            assert plain.told == ["missed"] * plain.missed + ["met"] * (plain.met is not None)

    def teardown(self) -> None:
        self.now += 1000
        self.clocks_look(clocks=1)
        assert all(plain.told for plain in self.plain), "none is lost"


TestPromises = Promises.TestCase
