"""The life of an idea: recorded, then decided on, then answered. Each once, and never back in time."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

State = Literal["recorded", "decided", "answered"]
Verb = Literal["decide", "answer"]
Decision = Literal["accepted", "rejected"]

STEPS: dict[Verb, tuple[State, State]] = {"decide": ("recorded", "decided"), "answer": ("decided", "answered")}
"""For each verb: the one state it is allowed in, and the state it leads to."""
_REFUSALS: dict[tuple[Verb, State], str] = {
    ("decide", "decided"): "the idea was decided on already: it is decided on once",
    ("decide", "answered"): "the customer has our answer already: what it told them stands",
    ("answer", "recorded"): "nobody has decided on the idea yet: the customer is answered after the decision",
    ("answer", "answered"): "the customer has our answer already: it is given once",
}


class RefusedError(Exception):
    """A rule refuses the step; the text says which. `field`: of the request, which it is about."""

    def __init__(self, rule: str, field: str = "") -> None:
        super().__init__(rule)
        self.field = field


@dataclass(frozen=True, slots=True)
class Standing:
    """How an idea stands. `last_step_at`: its newest step, the recording included (UTC)."""

    state: State
    last_step_at: datetime


def take(idea: Standing, verb: Verb, told: datetime | None, now: datetime) -> Standing:
    """The idea after a step, at the time `told` or now; raises `RefusedError`."""
    allowed, leads = STEPS[verb]
    if idea.state != allowed:
        raise RefusedError(_REFUSALS[verb, idea.state])
    if told is not None and told < idea.last_step_at:
        raise RefusedError(f"the step before it was at {idea.last_step_at.isoformat()}: not before that", "occurred_at")
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    return Standing(leads, told or max(now.astimezone(UTC), idea.last_step_at))
