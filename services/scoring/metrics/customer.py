"""Customer: an objective for each customer. Nobody sets one yet, so two default ones hold for everybody."""

from collections.abc import Sequence
from typing import Any

from services.scoring.metrics.course import Phase
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, mean, metric
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rfm import quintiles
from services.scoring.metrics.rhythm import Limit, in_days, silence_limit
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between


def customer(history: History, phase: Phase | None, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of keeping the rhythm and, from extension on, a new category (this project's own formulas).

    `value`: days since the last purchase. Null without a purchase, or where the usual gap is not known.
    """
    silence = _silence(history)
    limit = silence_limit(history.days, reference, rules.silence)
    new = _new_categories(history, rules) if phase is Phase.EXTENSION else None
    rhythm = None if silence is None or limit is None else _rhythm(silence, limit)
    widening = None if new is None else 100.0 * bool(new)
    inputs: dict[str, Any] = {
        "default": True,
        "rhythm": rhythm,
        "silence_days": None if silence is None else rounded(silence),
        "limit_days": None if limit is None else rounded(in_days(limit.length)),
        "limit_basis": None if limit is None else limit.basis,
        "new_category": widening,
        "new_categories": new,
        "rfm_quintiles": quintiles(history, rules, reference),
    }
    measured = metric(
        score=mean((rhythm, widening)),
        value=silence,
        unit="days since the last purchase",
        inputs=inputs,
        n=len(history.days),
        evidence=latest([purchase.fact for purchase in history.purchases]),
        reason=_reason(silence, limit, new),
        rules=rules,
    )
    return measured.capped(rules.default_confidence)


def _silence(history: History) -> float | None:
    return in_days(history.as_of - history.purchases[-1].time) if history.purchases else None


def _rhythm(silence: float, limit: Limit) -> float:
    return rounded(100 * min(1.0, max(0.0, 2 - silence / in_days(limit.length))))


def _new_categories(history: History, rules: Rules) -> list[str]:
    """Categories bought of late and never before, in alphabetical order."""
    late = between(history.purchases, history.as_of - rules.new_category, history.as_of)
    earlier = history.purchases[: len(history.purchases) - len(late)]
    return sorted(_kept(late) - _kept(earlier) - {rules.unknown_category})


def _kept(bought: Sequence[Purchase]) -> set[str]:
    return {line.category for purchase in bought for line in purchase.lines if line.dropped is None}


def _reason(silence: float | None, limit: Limit | None, new: list[str] | None) -> str:
    if silence is None:
        return "No purchase yet and no objective set."
    said = f"Last bought {counted(int(silence), 'day')} ago"
    if limit is None:
        return f"{said}; too few purchases to tell what is usual, and no reference of the customer base to go by."
    usual = f"up to {in_days(limit.length):.0f} days are usual by {limit.basis}"
    if new is None:
        return f"{said}; {usual}."
    tried = counted(len(new), "new category", "new categories") if new else "no new category"
    return f"{said}; {usual}; {tried} tried of late."
