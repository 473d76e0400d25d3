"""Why a customer may leave: the six types of switching (Keaveney 1995), and which of them the evidence names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from services.scoring.metrics.reference import rfc3339
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


OBSERVED: Mapping[str, Cause] = {
    "price": Cause.PRICE,
    "offer": Cause.PRICE,
    "programme_joined": Cause.PRICE,
    "better_product": Cause.PRODUCT,
    "newer_technology": Cause.TECHNOLOGICAL,
}
"""What a competitor's doing speaks for. An approach, or a category switched, tells that, and not why."""


class Piece(NamedTuple):
    """One piece of evidence: what happened, and that it speaks for `cause` with so many `points`."""

    time: datetime
    type: str
    subject: str
    cause: Cause
    points: int

    def to_json(self) -> dict[str, Any]:
        """`{type, subject, time, cause, points}`."""
        return {
            "type": self.type,
            "subject": self.subject,
            "time": rfc3339(self.time),
            "cause": str(self.cause),
            "points": self.points,
        }


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
