"""The life of a promise: open, then met or missed; one that was missed may still be met.

Missed is what nobody met by the due time, whoever finds that out: the clock, or the person who tells that it was met
later. Kept is what was met by the due time, also where that news came after the clock had called it missed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

State = Literal["open", "met", "missed"]


class RefusedError(Exception):
    """A rule refuses the step; the text says which."""


@dataclass(frozen=True, slots=True)
class Promise:
    """How a promise stands. All instants in UTC; `met_at` is None until it is met."""

    made_at: datetime
    due_at: datetime
    state: State = "open"
    met_at: datetime | None = None

    @property
    def kept(self) -> bool | None:
        """Whether it was met by its due time; None while that is open."""
        if self.met_at is not None:
            return self.met_at <= self.due_at
        return False if self.state == "missed" else None

    def due(self, now: datetime) -> bool:
        """Whether its time is over and nobody said how it went: the clock's business."""
        return self.state == "open" and self.due_at < now


def promised(made_at: datetime, due_at: datetime) -> Promise:
    """A new promise; raises `RefusedError` for one that was due before it was made."""
    if due_at < made_at:
        raise RefusedError(f"it was made at {made_at.isoformat()}: it can't have been due before that")
    return Promise(made_at, due_at)


def miss(promise: Promise) -> Promise:
    """The promise when its time is over; raises `RefusedError` unless it is open."""
    if promise.state != "open":
        raise RefusedError(f"the promise is {promise.state}: only an open one is missed")
    return replace(promise, state="missed")


def meet(promise: Promise, told: datetime | None, now: datetime) -> tuple[Promise, ...]:
    """The promise, step by step, when it is met, at the time `told` or now: after its due time it is missed first.

    Raises `RefusedError` for one that was met before, and for a time before it was made.
    """
    if promise.state == "met":
        raise RefusedError("the promise was met already: it is met once")
    if told is not None and told < promise.made_at:
        raise RefusedError(f"it was made at {promise.made_at.isoformat()}: it can't have been met before that")
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    at = told or max(now.astimezone(UTC), promise.made_at)
    missed = (miss(promise),) if promise.due(at) else ()
    return *missed, replace(promise, state="met", met_at=at)
