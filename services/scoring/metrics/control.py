"""Control of contact to cash: whether what we did for the customer was done rightly.

Timeliness of process steps joins when steps are recorded; cash at the till is no step.
"""

from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, metric
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules


def control(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Rightness: share of purchases without a wrong item, times 100 (this project's own).

    `value`: that share, told always. A score only where the base recorded a wrong item in the window: where
    nobody ever does, no wrong item is silence. A customer who got one is of the base, and proves it.
    A purchase wholly returned counts where a wrong item was the reason, or the failure would vanish.
    """
    steps = [each for each in history.recent(history.bought) if each.voided is None or each.wrong_item]
    wrong = [step for step in steps if step.wrong_item]
    right = 1 - len(wrong) / len(steps) if steps else None
    recorded = bool(wrong) or (reference is not None and reference.base.get("wrong_item", 0) > 0)
    return metric(
        score=100 * right if right is not None and recorded else None,
        value=right,
        unit="share of purchases done rightly",
        inputs={
            "rightness": right,
            "purchases": len(steps),
            "wrong_items": len(wrong),
            "base_records_wrong_items": recorded,
            "timeliness": None,
        },
        n=len(steps),
        evidence=latest([step.fact for step in wrong or steps]),
        reason=_reason(len(steps), len(wrong), recorded=recorded),
        rules=rules,
    )


def _reason(steps: int, wrong: int, *, recorded: bool) -> str:
    if not steps:
        return "Nothing was bought and no step was due in the window."
    if not recorded:
        return f"{counted(steps, 'purchase')} and no wrong item, but the base records none of anybody."
    return f"{steps - wrong} of {counted(steps, 'purchase')} came without a wrong item."
