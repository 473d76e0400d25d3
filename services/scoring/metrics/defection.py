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
from services.scoring.metrics.rules import Rules, Silence

_TIME = attrgetter("time")
_DAY = attrgetter("day")


@dataclass(frozen=True, slots=True)
class Defection:
    """`silence` since the last purchase, and the customer's own `limit` to it; None while not known.

    `defected`: gone, as far as one can see; `at_risk` is the same until a value model adds what it expects.
    `reactivated`: was gone, and came back in the window. `cause`: None unless at risk.
    """

    at_risk: bool
    defected: bool
    reactivated: bool
    exit_stated: bool
    silence: timedelta | None
    limit: timedelta | None
    cause: Cause | None
    evidence: Sequence[Piece]
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The shape of `defection` in a scorecard."""
        return {
            "at_risk": self.at_risk,
            "cause": None if self.cause is None else str(self.cause),
            "evidence": [piece.to_json() for piece in self.evidence],
            "points": {str(cause): total for cause, total in points(self.evidence).items()},
            "exit_stated": self.exit_stated,
            "silence_days": None if self.silence is None else rounded(in_days(self.silence)),
            "limit_days": None if self.limit is None else rounded(in_days(self.limit)),
            "defected": self.defected,
            "reactivated": self.reactivated,
            "reason": self.reason,
        }


def defection(history: History, rules: Rules, reference: Reference | None = None) -> Defection:
    """At risk by a stated exit without a purchase since, or by a silence over the customer's own limit.

    The reference tells what happened around the customer, which may be the cause.
    """
    last = history.purchases[-1].time if history.purchases else None
    silence = None if last is None else history.as_of - last
    limit = own_limit(sorted(gaps(history.days)), rules.silence)
    left = bool(history.exits) and (last is None or last <= history.exits[-1].time)
    silent = silence is not None and limit is not None and silence > limit
    found = pieces(history, rules, reference)
    gone = left or silent
    cause = leader(found, rules.causes) if gone else None
    return Defection(
        at_risk=gone,
        defected=gone,
        reactivated=not gone and bool(comebacks(history, rules.silence)),
        exit_stated=left,
        silence=silence,
        limit=limit,
        cause=cause,
        evidence=found,
        reason=_reason(left, silence, limit, cause),
    )


def silent_from(history: History, rules: Silence) -> datetime | None:
    """Until when the customer may be silent without being at risk; None where no limit is known."""
    limit = own_limit(sorted(gaps(history.days)), rules)
    return None if limit is None else history.purchases[-1].time + limit


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


def _reason(left: bool, silence: timedelta | None, limit: timedelta | None, cause: Cause | None) -> str:
    why = f"; the cause is {cause}" if cause else ""
    if left:
        return f"The customer said that they leave and has not bought since{why}."
    if silence is None:
        return "No purchase yet: there is no rhythm that could break."
    said = f"Last bought {counted(silence.days, 'day')} ago"
    if limit is None:
        return f"{said}; too few purchase days to know a rhythm."
    over = "over" if silence > limit else "within"
    return f"{said}, {over} the usual limit of {in_days(limit):.0f} days{why}."
