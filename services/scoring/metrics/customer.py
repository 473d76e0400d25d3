"""Customer: individual objectives for each customer, and a strategy for each."""

from collections.abc import Sequence

from services.scoring.metrics.course import Phase
from services.scoring.metrics.defaults import defaults
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, mean, metric
from services.scoring.metrics.objectives import Objective, objectives
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rfm import quintiles
from services.scoring.metrics.rules import Rules


def customer(history: History, phase: Phase | None, rules: Rules, reference: Reference | None) -> Metric:
    """How far the objectives for this customer are, beside what may be expected by now (own formulas).

    As long as no objective that somebody set can be judged, the default ones stand in, flagged and never sure.
    Null without a purchase and an objective, or where only the default ones hold and the usual gap is not known.
    """
    active = objectives(history)
    judged = [each for each in active if each.judged_from(rules.objectives) <= history.as_of]
    if not judged:
        return _by_default(history, phase, rules, reference)
    return _set(history, active, judged, rules, reference)


def _set(
    history: History,
    active: Sequence[Objective],
    judged: Sequence[Objective],
    rules: Rules,
    reference: Reference | None,
) -> Metric:
    """The mean, over the objectives that can be judged, of progress over expected progress; that is `value` too."""
    share = mean(each.share(history.as_of, rules.objectives) for each in judged)
    aimless = sum(not each.strategy for each in judged)
    past_due = sum(each.due_at < history.as_of for each in judged)
    return metric(
        score=None if share is None else 100 * share,
        value=share,
        unit="share of the progress expected",
        inputs={
            "default": False,
            "objectives": len(active),
            "judged": len(judged),
            "past_due": past_due,
            "without_strategy": aimless,
            "rfm_quintiles": quintiles(history, rules, reference),
        },
        n=len(judged),
        evidence=latest(sorted((each.latest for each in judged), key=lambda fact: fact.order)),
        reason=_reason(len(judged), share or 0.0, aimless, past_due),
        rules=rules,
    )


def _by_default(history: History, phase: Phase | None, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of keeping the rhythm and, from extension on, a new category. `value`: days since the last purchase."""
    found = defaults(history, phase, rules, reference)
    measured = metric(
        score=found.score,
        value=found.silence,
        unit="days since the last purchase",
        inputs={"default": True, **found.inputs(), "rfm_quintiles": quintiles(history, rules, reference)},
        n=len(history.days),
        evidence=latest([purchase.fact for purchase in history.purchases]),
        reason=found.reason(),
        rules=rules,
    )
    return measured.capped(rules.default_confidence)


def _reason(judged: int, share: float, aimless: int, past_due: int) -> str:
    said = f"{counted(judged, 'objective')} at {100 * share:.0f} % of what is to be expected by now"
    if past_due:
        said += f", {past_due} past due"
    return f"{said}; {aimless} without a strategy." if aimless else f"{said}."
