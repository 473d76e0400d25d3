"""The life of a preference: stated, used as often as one likes, and withdrawn when it holds no more."""

from dataclasses import dataclass
from datetime import UTC, datetime


class RefusedError(Exception):
    """A rule refuses the step; the text names the rule."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a preference stands, all in UTC. `used_at`: the last use; None for what has not happened."""

    stated_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def last_step_at(self) -> datetime:
        """When the newest step before a withdrawal was."""
        return self.used_at or self.stated_at


def stated(stated_at: datetime, due_at: datetime | None) -> Standing:
    """A new preference; raises `RefusedError` for one that should have been used before it was known."""
    if due_at is not None and due_at < stated_at:
        raise RefusedError("it is due before the customer stated it")
    return Standing(stated_at)


def moment(standing: Standing, told: datetime | None, now: datetime) -> datetime:
    """When the next use or the withdrawal is: as told, or now.

    Raises `RefusedError` for a preference that was withdrawn, and for a time before its last step.
    """
    if standing.withdrawn_at is not None:
        raise RefusedError("the customer withdrew it: it is neither used nor withdrawn again, state it anew")
    last = standing.last_step_at
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), last)
    if told < last:
        raise RefusedError(f"{told.isoformat()} is before the step before it, {last.isoformat()}")
    return told
