"""The life of an integration: offered, then started or declined; once started it is active until it ends.

Things go through it while it is active, and at no other time. What has ended or was declined stays so: to join
processes again is a new offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

State = Literal["offered", "active", "declined", "ended"]
Verb = Literal["start", "decline", "end"]

STEPS: Mapping[Verb, tuple[State, State]] = {
    "start": ("offered", "active"),
    "decline": ("offered", "declined"),
    "end": ("active", "ended"),
}
"""For each verb: the one state it is allowed in, and the state it leads to."""

_STANDS: Mapping[State, str] = {
    "offered": "the integration is offered: it can be started or declined",
    "active": "the integration is active: it can be used or ended",
    "declined": "the customer declined the integration: offer a new one",
    "ended": "the integration has ended: offer a new one",
}


class RefusedError(Exception):
    """A rule refuses the step or the use; the text names the rule."""


@dataclass(frozen=True, slots=True)
class Joining:
    """How an integration stands, all in UTC. `ended_at`: since when it is over, be it ended or declined."""

    state: State
    offered_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def last_step_at(self) -> datetime:
        """When its newest step was."""
        return self.ended_at or self.started_at or self.offered_at


def take(
    joining: Joining, verb: Verb, told: datetime | None, now: datetime, used_at: datetime | None = None
) -> Joining:
    """The integration after a step, taken when it is told, or now. `used_at`: the last use that is known.

    Raises `RefusedError` for a step that the state does not allow, or that comes before the last step or use.
    """
    allowed_in, leads_to = STEPS[verb]
    if joining.state != allowed_in:
        raise RefusedError(_STANDS[joining.state])
    at = _moment(max(joining.last_step_at, used_at or joining.last_step_at), told, now)
    if verb == "start":
        return replace(joining, state=leads_to, started_at=at)
    return replace(joining, state=leads_to, ended_at=at)


def _moment(last: datetime, told: datetime | None, now: datetime) -> datetime:
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), last)
    if told < last:
        raise RefusedError(f"{told.isoformat()} is before the last step or use of it, {last.isoformat()}")
    return told


def used_at(joining: Joining, told: datetime | None, now: datetime) -> datetime:
    """When something went through it: as told, or now."""
    return told or max(now.astimezone(UTC), joining.started_at or joining.offered_at)


def admit(joining: Joining, at: datetime) -> None:
    """Raises `RefusedError` unless the integration was active at that moment, however late it is told."""
    if joining.started_at is None:
        raise RefusedError(f"{_STANDS[joining.state]}; nothing goes through it before it is started")
    if at < joining.started_at:
        raise RefusedError(f"it was started at {joining.started_at.isoformat()}: nothing went through it before that")
    if joining.ended_at is not None and at > joining.ended_at:
        raise RefusedError(f"it ended at {joining.ended_at.isoformat()}: nothing went through it after that")
