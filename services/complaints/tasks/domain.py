"""The life of a follow-up: open, then done, once; somebody owns it, or nobody yet."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

State = Literal["open", "done"]
Origin = Literal["complaint", "survey", "gesture", "defection_risk", "other"]
PREFIXES: Mapping[Origin, str] = {
    "complaint": "complaint-",
    "survey": "survey-",
    "gesture": "gesture-",
    "defection_risk": "risk-",
}
"""What the ids begin with of follow-ups that open by themselves, by what they come of; nobody else's do."""


class RefusedError(Exception):
    """A rule refuses the step; the text says which."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a follow-up stands. `last_step_at`: its newest step, the opening included. All instants in UTC."""

    opened_at: datetime
    due_at: datetime
    last_step_at: datetime
    owner: str | None = None
    done_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether somebody did it."""
        return "open" if self.done_at is None else "done"

    @property
    def in_time(self) -> bool | None:
        """Whether it was done by its due time; None until it is done."""
        return None if self.done_at is None else self.done_at <= self.due_at


def opened(at: datetime, due_at: datetime, owner: str | None = None) -> FollowUp:
    """A new follow-up; raises `RefusedError` for one that was due before it was opened."""
    if due_at < at:
        raise RefusedError(f"it was opened at {at.isoformat()}: it can't have been due before that")
    return FollowUp(at, due_at, at, owner)


def complete(task: FollowUp, told: datetime | None, now: datetime) -> FollowUp:
    """The follow-up once it is done, at the time `told` or now; raises `RefusedError` where it was done before."""
    _demand_open(task)
    at = _moment(task, told, now)
    return replace(task, done_at=at, last_step_at=at)


def reassign(task: FollowUp, owner: str, told: datetime | None, now: datetime) -> FollowUp:
    """The follow-up in other hands; raises `RefusedError` where it was done before."""
    _demand_open(task)
    return replace(task, owner=owner, last_step_at=_moment(task, told, now))


def _demand_open(task: FollowUp) -> None:
    if task.done_at is not None:
        raise RefusedError("the follow-up was done already: it is done once")


def _moment(task: FollowUp, told: datetime | None, now: datetime) -> datetime:
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), task.last_step_at)
    if told < task.last_step_at:
        raise RefusedError(f"{told.isoformat()} is before the step before it, {task.last_step_at.isoformat()}")
    return told
