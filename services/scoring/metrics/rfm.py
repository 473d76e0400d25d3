"""Recency, frequency and monetary value of the window: shown beside the customer's objectives."""

from decimal import Decimal

from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference, ranked
from services.scoring.metrics.rhythm import in_days
from services.scoring.metrics.rules import Rules

_ZERO = Decimal(0)


def rfm(history: History) -> dict[str, float]:
    """The raw values that are ranked, more being better; empty without a purchase in the window.

    Recency: days since the last purchase, negative; frequency: purchases; monetary: net spend in the main
    currency, ranked among customers of that currency.
    """
    bought = history.recent(history.purchases)
    if not bought:
        return {}
    return {
        "recency": -in_days(history.as_of - bought[-1].time),
        "frequency": float(len(bought)),
        f"monetary:{history.currency}": float(sum(history.spend.values(), _ZERO)),
    }


def quintiles(history: History, rules: Rules, reference: Reference | None) -> dict[str, int] | None:
    """Each value's fifth of the population, 5 the best (Hughes 1994); None where there is none to compare."""
    if reference is None:
        return None
    ranks = {
        name.partition(":")[0]: ranked(reference.values, name, value, rules) for name, value in rfm(history).items()
    }
    found = {name: min(5, 1 + int(rank // 20)) for name, rank in ranks.items() if rank is not None}
    return found or None
