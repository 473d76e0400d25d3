"""Follow-ups: what somebody was to do for the customer by when, and whether it was done in time."""

from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from shared.events.complaints import TaskCompleted, TaskOpened


class FollowUp(NamedTuple):
    """One task, at the time it was opened.

    `kept`: True when done by its due time; False when done later, or past due; None while it is neither.
    """

    fact: Fact
    time: datetime
    due_at: datetime
    kept: bool | None


def follow_ups(history: History) -> list[FollowUp]:
    """Every follow-up once, in order of time; its first opening counts, and what was done of no known one does not."""
    opened: dict[str, Fact] = {}
    for fact in history.of(TaskOpened.TYPE):
        opened.setdefault(fact.subject, fact)
    if not opened:
        return []
    done: dict[str, datetime] = {}
    for fact in history.of(TaskCompleted.TYPE):
        done.setdefault(fact.subject, fact.time)
    return [_follow_up(fact, done.get(subject), history.as_of) for subject, fact in opened.items()]


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, a follow-up is late unless somebody acts: a moment after its due time."""
    return [each.due_at + MOMENT for each in follow_ups(history) if each.kept is None]


def _follow_up(opened: Fact, done: datetime | None, as_of: datetime) -> FollowUp:
    due_at = datetime.fromisoformat(opened.data["due_at"])
    kept = (done or as_of) <= due_at
    return FollowUp(opened, opened.time, due_at, None if kept and done is None else kept)
