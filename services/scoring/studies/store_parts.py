"""What a store's rating is made of: the score of each part, and all of them together."""

from collections.abc import Collection, Mapping
from math import inf, sqrt
from typing import Any

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.population_rules import StoreRules
from services.scoring.studies.proportions import told_share
from services.scoring.studies.shrinkage import Base
from shared.proportions import wilson

PER = 10_000
_THIN = " None of it rests on the store's own evidence yet: it is near the average of all."


def told_base(base: Base, per: int = 1) -> dict[str, float | None]:
    """The rate of all, and how much it weighs; null where there is nothing to see beside it."""
    return {
        "rate": None if base.rate is None else rounded(per * base.rate),
        "weight": None if base.weight == inf else rounded(base.weight),
    }


def complaints(count: int, transactions: int, visits: int, base: Base, z: float) -> dict[str, Any]:
    """Score: 100 without complaints, 50 at the rate of all, 0 from twice that on (this project's own).

    A complaint more or less than the rate of all would bring says nothing of a store, so that one condemns none.
    Null where nobody complained of any store: where nobody does, none is silence.
    """
    shrunk = _shrunk(count, transactions, base) if transactions else None
    score = None if shrunk is None or not base.rate else 100 * max(0.0, 1 - shrunk / (2 * base.rate))
    return {
        "count": count,
        "per_10000_transactions": _rate(count, transactions, z),
        "per_10000_visits": _rate(count, visits, z),
        "shrunk": None if shrunk is None else rounded(PER * shrunk),
        "score": None if score is None else rounded(score),
    }


def _shrunk(count: int, transactions: int, base: Base) -> float | None:
    """The shrunk rate of what is more than one complaint off the rate of all."""
    expected = transactions * (base.rate or 0.0)
    return base.shrunk(min(max(expected, count - 1), count + 1), transactions)


def _rate(events: int, exposed: int, z: float) -> dict[str, Any] | None:
    """Events per 10,000, with their interval; None of nothing."""
    if not exposed:
        return None
    low, high = wilson(events, exposed, z) if events <= exposed else _score_interval(events, exposed, z)
    return {"value": rounded(PER * events / exposed), "interval": [rounded(PER * low), rounded(PER * high)]}


def _score_interval(events: int, exposed: int, z: float) -> tuple[float, float]:
    """The score interval of a Poisson rate: what Wilson's is of a share. More events than exposures are no share."""
    middle, reach = events + z * z / 2, z * sqrt(events + z * z / 4)
    return (middle - reach) / exposed, (middle + reach) / exposed


def share(count: int, n: int, base: Base, z: float) -> dict[str, Any]:
    """Score: the shrunk share in percent; null where nobody of this store was counted."""
    shrunk = base.shrunk(count, n) if n else None
    return told_share(count, n, z) | {
        "shrunk": None if shrunk is None else rounded(shrunk),
        "score": None if shrunk is None else rounded(100 * shrunk),
    }


def rating(
    transactions: int, scores: Mapping[str, float | None], evident: Collection[str], rules: StoreRules
) -> dict[str, Any]:
    """The weighted mean of the parts that are known, and its grade.

    Each part is drawn to the rate of all as far as the store's own evidence is thin, so every store that sold has a
    grade and none is condemned for being small. `coverage`: the share of the weights that parts which are `evident`,
    of the store's own, carry.
    """
    known = {name: score for name, score in scores.items() if score is not None}
    weight = sum(rules.weights[name] for name in known)
    if not transactions:
        return {"score": None, "rating": None, "coverage": 0.0, "reason": "No transaction in the window."}
    if not weight:
        return {"score": None, "rating": None, "coverage": 0.0, "reason": "No part of the rating is known."}
    score = rounded(sum(rules.weights[name] * part for name, part in known.items()) / weight)
    coverage = rounded(sum(rules.weights[name] for name in known if name in evident) / sum(rules.weights.values()))
    told = ", ".join(f"{name} {part:.1f}" for name, part in known.items())
    return {
        "score": score,
        "rating": rules.grade(score),
        "coverage": coverage,
        "reason": f"{told[0].upper()}{told[1:]} of 100.{'' if coverage else _THIN}",
    }
