"""Objectives that somebody set for this one customer, and how far each one is."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Objectives
from shared.events.customers import ObjectiveClosed, ObjectiveProgressed, ObjectiveSet


class Objective(NamedTuple):
    """One that is not closed: since when, to be reached by when, and the last progress told of it, if any.

    `target` and `progress` are in the objective's own unit; `latest`: the last fact of it.
    """

    fact: Fact
    due_at: datetime
    target: Decimal
    strategy: bool
    progress: Decimal
    latest: Fact

    def judged_from(self, rules: Objectives) -> datetime:
        """From when on it can be judged: it is due, or old enough for something to be expected of it."""
        return min(self.due_at, self.fact.time + rules.settling)

    def expected(self, as_of: datetime) -> float:
        """The share of the target to be expected by then: linear from its setting to its due time."""
        return 1.0 if self.due_at <= as_of else (as_of - self.fact.time) / (self.due_at - self.fact.time)

    def share(self, as_of: datetime, rules: Objectives) -> float:
        """Progress over what is expected by then, 0–1; less where no strategy leads to it."""
        made = float(self.progress / self.target) / self.expected(as_of)
        return min(1.0, max(0.0, made)) * (1.0 if self.strategy else rules.without_strategy)


def objectives(history: History) -> list[Objective]:
    """The active objectives, by their setting; once closed is closed for good.

    Set again, the last target, due time and strategy hold, since the first setting. Progress or a close of an
    objective that nobody set is passed by.
    """
    settings: dict[str, list[Fact]] = {}
    for fact in history.of(ObjectiveSet.TYPE):
        settings.setdefault(fact.subject, []).append(fact)
    if not settings:
        return []
    closed = {fact.subject for fact in history.of(ObjectiveClosed.TYPE)}
    progress = {fact.subject: fact for fact in history.of(ObjectiveProgressed.TYPE)}
    return [_objective(told, progress.get(subject)) for subject, told in settings.items() if subject not in closed]


def turns(history: History, rules: Objectives) -> list[datetime]:
    """When, after `history.as_of`, an objective can be judged for the first time."""
    judged = [each.judged_from(rules) for each in objectives(history)]
    return [time for time in judged if time > history.as_of]


def _objective(told: list[Fact], progress: Fact | None) -> Objective:
    last = told[-1]
    return Objective(
        fact=told[0],
        due_at=datetime.fromisoformat(last.data["due_at"]),
        target=Decimal(last.data["target"]),
        strategy="strategy" in last.data,
        progress=Decimal(0) if progress is None else Decimal(progress.data["progress"]),
        latest=max((last, progress or last), key=lambda fact: fact.order),
    )
