"""The life of a corrective action: open until it is completed, once, and never before it was agreed."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

State = Literal["open", "completed"]


class RefusedError(Exception):
    """A rule refuses the step; the text says which. `field`: of the request, which it is about."""

    def __init__(self, rule: str, field: str = "") -> None:
        super().__init__(rule)
        self.field = field


@dataclass(frozen=True, slots=True)
class Action:
    """How a corrective action stands. All instants in UTC; `completed_at` is None while it is open."""

    agreed_at: datetime
    due_at: datetime
    state: State = "open"
    completed_at: datetime | None = None


def agree(opened_at: datetime, agreed_at: datetime, due_at: datetime) -> Action:
    """A new action about a case that was opened then.

    Raises `RefusedError` for one that was agreed before the complaint, or due before it was agreed.
    """
    if agreed_at < opened_at:
        raise RefusedError(f"the complaint was opened at {opened_at.isoformat()}: not before that", "occurred_at")
    if due_at < agreed_at:
        raise RefusedError(f"it was agreed at {agreed_at.isoformat()}: it can't have been due before that", "due_at")
    return Action(agreed_at, due_at)


def complete(action: Action, told: datetime | None, now: datetime) -> Action:
    """The action once it is done, at the time `told` or now; raises `RefusedError`."""
    if action.state == "completed":
        raise RefusedError("the corrective action was completed already: it is completed once")
    if told is not None and told < action.agreed_at:
        since = action.agreed_at.isoformat()
        raise RefusedError(f"it was agreed at {since}: it can't have been completed before that", "occurred_at")
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    return replace(action, state="completed", completed_at=told or max(now.astimezone(UTC), action.agreed_at))
