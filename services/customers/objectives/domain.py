"""The life of an objective: set, set again, followed and reviewed until somebody closes it.

Progress may go down, for what was counted wrongly is counted again. Progress that reaches the target closes nothing:
whether the customer is where we wanted them to be is for people to say. What is closed stays closed, and no step
goes back in time. Each step takes when it is `told` to have happened, None for `now`, and raises `RefusedError`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

State = Literal["open", "closed"]


class RefusedError(Exception):
    """A rule refuses the step; the text says which."""


@dataclass(frozen=True, slots=True)
class Aim:
    """How an objective stands. `last_step_at`: its newest step, the setting included. All instants in UTC.

    `target` and `progress` are in the objective's own unit. `reached` and `closed_at` are None until it is closed.
    """

    set_at: datetime
    last_step_at: datetime
    target: Decimal
    due_at: datetime
    strategy: str | None = None
    progress: Decimal = Decimal(0)
    reviewed_at: datetime | None = None
    reached: bool | None = None
    closed_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether it still counts."""
        return "open" if self.closed_at is None else "closed"


def check_due(set_at: datetime, due_at: datetime) -> None:
    """Raises `RefusedError` for an objective that was due before it was set."""
    if due_at < set_at:
        raise RefusedError(f"it was set at {set_at.isoformat()}: it can't have been due before that")


def set_again(
    aim: Aim, told: datetime | None, now: datetime, *, target: Decimal, due_at: datetime, strategy: str | None
) -> Aim:
    """The objective with another target, due time or strategy; what was reached of it so far stays."""
    check_due(aim.set_at, due_at)
    return replace(_step(aim, told, now), target=target, due_at=due_at, strategy=strategy)


def progress(aim: Aim, reached: Decimal, told: datetime | None, now: datetime) -> Aim:
    """The objective with so much of its target reached, be it less than before."""
    return replace(_step(aim, told, now), progress=reached)


def review(aim: Aim, told: datetime | None, now: datetime) -> Aim:
    """The objective after somebody looked at it."""
    after = _step(aim, told, now)
    return replace(after, reviewed_at=after.last_step_at)


def close(aim: Aim, reached: bool, told: datetime | None, now: datetime) -> Aim:
    """The objective when it counts no more."""
    after = _step(aim, told, now)
    return replace(after, reached=reached, closed_at=after.last_step_at)


def _step(aim: Aim, told: datetime | None, now: datetime) -> Aim:
    if aim.closed_at is not None:
        raise RefusedError("the objective is closed: what is closed stays as it is; set a new one")
    last = aim.last_step_at
    if told is not None and told < last:
        raise RefusedError(f"{told.isoformat()} is before the step before it, {last.isoformat()}")
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    return replace(aim, last_step_at=told or max(now.astimezone(UTC), last))
