"""Defection: whether the customer is leaving, since when it shows, and why."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from services.scoring.metrics.causes import Cause, Piece, leader, points
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.evidence import pieces
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import counted
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rhythm import gaps, in_days, own_limit
from services.scoring.metrics.risk import Absence, absence, unlikely
from services.scoring.metrics.rules import Rules, Silence
from services.scoring.metrics.value import alive

_TIME = attrgetter("time")
_DAY = attrgetter("day")


@dataclass(frozen=True, slots=True)
class Defection:
    """`absence`: what was heard of the customer; `p_alive`: what the value model expects, None where there is none.

    `defected`: gone, as far as one can see; `at_risk`: gone, or too improbably alive. `reactivated`: was gone, and
    came back in the window. `cause`: None unless at risk.
    """

    at_risk: bool
    reactivated: bool
    absence: Absence
    p_alive: float | None
    cause: Cause | None
    evidence: Sequence[Piece]
    reason: str

    @property
    def defected(self) -> bool:
        """Whether the customer is gone, as far as one can see."""
        return self.absence.gone

    def to_json(self) -> dict[str, Any]:
        """The shape of `defection` in a scorecard."""
        return {
            "at_risk": self.at_risk,
            "cause": None if self.cause is None else str(self.cause),
            "evidence": [piece.to_json() for piece in self.evidence],
            "points": {str(cause): total for cause, total in points(self.evidence).items()},
            "exit_stated": self.absence.left,
            "p_alive": None if self.p_alive is None else rounded(self.p_alive),
            "silence_days": _days(self.absence.silence),
            "limit_days": _days(self.absence.limit),
            "defected": self.defected,
            "reactivated": self.reactivated,
            "reason": self.reason,
        }


def defection(history: History, rules: Rules, reference: Reference | None = None) -> Defection:
    """At risk by a stated exit without a purchase since, a silence over the own limit, or a low probability alive.

    The reference tells what happened around the customer, which may be the cause, and has the value model.
    """
    now, p_alive = absence(history, history.as_of, rules.silence), alive(history, history.as_of, reference)
    found = pieces(history, rules, reference)
    risk = now.gone or unlikely(p_alive, rules)
    cause = leader(found, rules.causes) if risk else None
    return Defection(
        at_risk=risk,
        reactivated=not now.gone and bool(comebacks(history, rules.silence)),
        absence=now,
        p_alive=p_alive,
        cause=cause,
        evidence=found,
        reason=_reason(now, p_alive if risk else None, cause),
    )


def comebacks(history: History, rules: Silence) -> list[datetime]:
    """When, in the window, a customer who was gone bought again.

    That is the first purchase after each stated exit, and after each gap over the limit as it then stood.
    """
    bought = history.recent(history.purchases)
    if not bought:
        return []
    exits = [bisect_right(history.purchases, fact.time, key=_TIME) for fact in history.exits]
    days = _after_silence(history.days, bought[0].day, rules)
    first = exits + [bisect_left(history.purchases, day, key=_DAY) for day in days]
    found = {purchase.time for at in first for purchase in history.purchases[at : at + 1]}
    return sorted(time for time in found if time >= history.start)


def _after_silence(days: Sequence[int], since: int, rules: Silence) -> list[int]:
    """The purchase days from `since` on that ended a gap over the limit as it then stood."""
    lengths = gaps(days)
    return [
        day
        for at, (day, gap) in enumerate(zip(days[1:], lengths, strict=True))
        if day >= since and timedelta(days=gap) > rules.least and _broke(lengths[:at], gap, rules)
    ]


def _broke(earlier: Sequence[int], gap: int, rules: Silence) -> bool:
    limit = own_limit(sorted(earlier), rules)
    return limit is not None and timedelta(days=gap) > limit


def _days(length: timedelta | None) -> float | None:
    return None if length is None else rounded(in_days(length))


def _reason(now: Absence, p_alive: float | None, cause: Cause | None) -> str:
    """Which of the three it is, in this order; `p_alive`: None unless at risk."""
    why = f"; the cause is {cause}" if cause else ""
    if now.left:
        return f"The customer said that they leave and has not bought since{why}."
    if now.silence is None:
        return "No purchase yet: there is no rhythm that could break."
    said = f"Last bought {counted(now.silence.days, 'day')} ago"
    if now.limit is None:
        said += "; too few purchase days to know a rhythm"
    else:
        said += f", {'over' if now.silent else 'within'} the usual limit of {in_days(now.limit):.0f} days"
    if p_alive is not None and not now.silent:
        said += f", but alive with only {100 * p_alive:.0f} % probability"
    return f"{said}{why}."
