"""Why a customer may leave: every piece of evidence, weighed by the six types of switching (Keaveney 1995)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import told
from services.scoring.metrics.rules import Causes


class Cause(StrEnum):
    """The types of defection; `MIXED` where none leads, `UNKNOWN` where nothing says."""

    PRICE = "price"
    PRODUCT = "product"
    SERVICE = "service"
    MARKET = "market"
    TECHNOLOGICAL = "technological"
    ORGANIZATIONAL = "organizational"
    MIXED = "mixed"
    UNKNOWN = "unknown"


STATED: Mapping[str, Cause] = {
    "price": Cause.PRICE,
    "product": Cause.PRODUCT,
    "service": Cause.SERVICE,
    "hardship": Cause.MARKET,
    "sector": Cause.MARKET,
    "technology": Cause.TECHNOLOGICAL,
    "policy": Cause.ORGANIZATIONAL,
}
COMPLAINED: Mapping[str, Cause] = {
    "price": Cause.PRICE,
    "product": Cause.PRODUCT,
    "service": Cause.SERVICE,
    "market": Cause.MARKET,
    "technology": Cause.TECHNOLOGICAL,
    "policy": Cause.ORGANIZATIONAL,
}


class Piece(NamedTuple):
    """One piece of evidence: it speaks for `cause` with so many `points`."""

    cause: Cause
    points: int
    fact: Fact

    def to_json(self) -> dict[str, Any]:
        """`{type, subject, time, cause, points}`."""
        return {**told(self.fact), "cause": str(self.cause), "points": self.points}


def pieces(history: History, rules: Causes) -> list[Piece]:
    """All evidence from shortly before the last purchase onwards, in order of time."""
    stated = [Piece(STATED[fact.data["reason"]], rules.stated, fact) for fact in history.exits]
    complained = [Piece(COMPLAINED[case.category], rules.direct, case.fact) for case in history.cases]
    reopened = [Piece(Cause.SERVICE, rules.direct, fact) for case in history.cases for fact in case.reopened[:1]]
    defective = [
        Piece(Cause.PRODUCT, rules.direct, fact) for fact in history.returns if fact.data["reason"] == "defective"
    ]
    found = sorted(stated + complained + reopened + defective, key=lambda piece: piece.fact.order)
    if not history.purchases:
        return found
    since = history.purchases[-1].time - rules.since
    return [piece for piece in found if piece.fact.time >= since]


def leader(found: Sequence[Piece], rules: Causes) -> Cause:
    """The cause that leads clearly; else mixed, or unknown where none has evidence enough."""
    ordered = sorted(points(found).items(), key=lambda item: -item[1])
    if not ordered or ordered[0][1] < rules.least:
        return Cause.UNKNOWN
    second = ordered[1][1] if len(ordered) > 1 else 0
    return ordered[0][0] if ordered[0][1] - second >= rules.lead else Cause.MIXED


def points(found: Sequence[Piece]) -> dict[Cause, int]:
    """The points of each cause that has any, in the order of `Cause`."""
    return {cause: total for cause in Cause if (total := sum(piece.points for piece in found if piece.cause is cause))}
