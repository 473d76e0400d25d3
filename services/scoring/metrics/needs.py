"""What a customer told us that they need, and what we promised to solve for them alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from services.scoring.metrics.timeline import between
from shared.events.visits import PreferenceStated, PreferenceUsed, SolutionDelivered, SolutionPromised


class Need(NamedTuple):
    """A preference stated, or a solution promised. `met`: when it was used or delivered, in reading order."""

    fact: Fact
    due_at: datetime | None
    met: Sequence[Fact]

    def counts(self, start: datetime, as_of: datetime) -> bool:
        """Whether it was met in [start, as_of), or fell due there. A need that is never due waits to be met."""
        due = self.due_at is not None and start <= self.due_at < as_of
        return due or bool(between(self.met, start, as_of))

    @property
    def latest(self) -> Fact:
        """The last thing known of it."""
        return max((self.fact, *self.met[-1:]), key=lambda fact: fact.order)


def preferences(history: History) -> list[Need]:
    """Every preference stated; one used that nobody stated is passed by."""
    return _needs(history.of(PreferenceStated.TYPE), history.of(PreferenceUsed.TYPE))


def solutions(history: History) -> list[Need]:
    """Every one-to-one solution promised; one delivered that nobody promised is passed by."""
    return _needs(history.of(SolutionPromised.TYPE), history.of(SolutionDelivered.TYPE))


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, something is past due that was not met in the window before its due time."""
    window = history.as_of - history.start
    return [
        need.due_at + MOMENT
        for need in (*preferences(history), *solutions(history))
        if need.due_at is not None
        and need.due_at >= history.as_of
        and not between(need.met, need.due_at - window, history.as_of)
    ]


def _needs(told: Iterable[Fact], met: Iterable[Fact]) -> list[Need]:
    """In order of the first telling; told again, the last due time holds."""
    needs: dict[str, list[Fact]] = {}
    for fact in told:
        needs.setdefault(fact.subject, []).append(fact)
    if not needs:
        return []
    answers: dict[str, list[Fact]] = {}
    for fact in met:
        answers.setdefault(fact.subject, []).append(fact)
    return [_need(each, answers.get(subject, ())) for subject, each in needs.items()]


def _need(told: Sequence[Fact], met: Sequence[Fact]) -> Need:
    due = told[-1].data.get("due_at")
    return Need(told[0], None if due is None else datetime.fromisoformat(due), met)
