"""What one rule for next actions says, and the action that comes of it."""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from services.scoring.metrics.next_actions.situation import Situation
from services.scoring.metrics.rules import C
from services.scoring.metrics.strategies import Strategy

MARKETING = "marketing"
"""The purpose of the consent that whatever offers, invites or asks something needs."""
SERVICE = "service"
"""The purpose of an answer in a case that the customer opened."""


class Urgency(IntEnum):
    """What goes first."""

    OWED = 1
    LEAVING = 2
    BOND = 3
    PHASE = 4
    WEAK = 5
    ROUTINE = 6


class Way(StrEnum):
    """How it is done: we write or call; at the next visit or till; in our own house."""

    CONTACT = "contact"
    VISIT = "visit"
    HOUSE = "house"


class Effect(NamedTuple):
    """What a score is, and what it would be. `score`: a C, or `bonds.` and a bond; `before` None where not known."""

    score: str
    before: float | None
    after: float

    def to_json(self) -> dict[str, Any]:
        """`{score, from, to}`."""
        return {"score": self.score, "from": self.before, "to": self.after}


class Advice(NamedTuple):
    """One rule. `why`: the reason in one sentence, None where the rule does not apply.

    `effect`: what it would change today, all else being equal, or why that can't be told. `purpose`: of the consent
    that a contact about it needs; without one it is done in the `way`. `c`: the C whose weakness it answers.
    """

    code: str
    title: str
    urgency: Urgency
    strategy: Strategy
    why: Callable[[Situation], str | None]
    effect: Callable[[Situation], Effect | str]
    way: Way
    purpose: str | None = None
    c: C | None = None


class Action(NamedTuple):
    """One thing to do for a customer. `priority`: 1 is first; `channel`: None unless it is done by a contact."""

    advice: Advice
    priority: int
    reason: str
    channel: str | None
    effect: Effect | str

    def to_json(self) -> dict[str, Any]:
        """One of `next_actions` in a scorecard."""
        known = isinstance(self.effect, Effect)
        return {
            "action": self.advice.code,
            "title": self.advice.title,
            "strategy": self.advice.strategy.code,
            "priority": self.priority,
            "reason": self.reason,
            "way": str(self.advice.way if self.channel is None else Way.CONTACT),
            "purpose": None if self.channel is None else self.advice.purpose,
            "channel": self.channel,
            "expected_effect": self.effect.to_json() if isinstance(self.effect, Effect) else None,
            "effect_unknown": None if known else self.effect,
        }
