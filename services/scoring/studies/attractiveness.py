"""How attractive a segment is: the mean of five parts, 0–100 each. Parts and mean are this project's own."""

from typing import Any

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import mean


def attractiveness(
    share: float,
    members: tuple[int, int | None],
    contribution: float | None,
    responses: tuple[float | None, float | None],
    at_risk: float | None,
) -> dict[str, Any]:
    """`{index, parts}`; a part that is not known is null and left out of the mean.

    `share`: of the base; `members`: now and a period ago; `contribution`: the members' mean percentile; `responses`:
    the share of promotions accepted by members and by the base; `at_risk`: the share of members.
    """
    parts = {
        "size": 100 * share,
        "growth": _beside(*members),
        "contribution": contribution,
        "response": _beside(*responses),
        "safety": None if at_risk is None else 100 * (1 - at_risk),
    }
    index = mean(parts.values()) if members[0] else None
    return {"index": _told(index), "parts": {name: _told(part) for name, part in parts.items()}}


def _beside(this: float | None, other: float | None) -> float | None:
    """50 where both are equal, towards 100 and 0 as one outweighs the other."""
    if this is None or other is None or this + other == 0:
        return None
    return 100 * this / (this + other)


def _told(value: float | None) -> float | None:
    return None if value is None else rounded(value)
