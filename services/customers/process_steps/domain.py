"""The life of a step from contact to cash: planned, then completed, once; disputed and settled beside that.

A customer may dispute a step before it is completed (a quote, a bill that is due) and after (a payment taken twice);
what is in dispute may be completed, and what was settled may be disputed again.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

State = Literal["open", "completed"]
Verb = Literal["complete", "dispute", "settle"]


class RefusedError(Exception):
    """A rule refuses it; the text names the rule."""


@dataclass(frozen=True, slots=True)
class Step:
    """How a step stands, all in UTC. `disputed_at`: of the newest dispute; `settled_at`: None until that is settled."""

    planned_at: datetime
    completed_at: datetime | None = None
    disputed_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether it is done."""
        return "open" if self.completed_at is None else "completed"

    @property
    def disputed(self) -> bool:
        """Whether it is in dispute."""
        return self.disputed_at is not None and self.settled_at is None

    @property
    def last_told_at(self) -> datetime:
        """When the newest of what is known of it was."""
        told = (self.planned_at, self.completed_at, self.disputed_at, self.settled_at)
        return max(at for at in told if at is not None)


def take(step: Step, verb: Verb, told: datetime | None, now: datetime) -> Step:
    """The step after it was completed, disputed or settled, at the time told, or now; raises `RefusedError`."""
    if rule := _against(step, verb):
        raise RefusedError(rule)
    at = _moment(step, told, now)
    if verb == "complete":
        return replace(step, completed_at=at)
    return replace(step, disputed_at=at, settled_at=None) if verb == "dispute" else replace(step, settled_at=at)


def _against(step: Step, verb: Verb) -> str | None:
    if verb == "complete" and step.state == "completed":
        return "the step is completed already: it is completed once"
    if verb == "dispute" and step.disputed:
        return "the step is in dispute already: settle that before it is disputed again"
    if verb == "settle" and not step.disputed:
        return "the step is not in dispute: there is nothing to settle"
    return None


def _moment(step: Step, told: datetime | None, now: datetime) -> datetime:
    last = step.last_told_at
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), last)
    if told < last:
        raise RefusedError(f"{told.isoformat()} is before what was told of it last, {last.isoformat()}")
    return told
