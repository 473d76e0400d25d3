"""Control of contact to cash: whether what we did for the customer was done in time and done rightly."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.failures import recorded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, mean, metric
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Control, Rules
from services.scoring.metrics.steps import Step, steps


class Work(NamedTuple):
    """What was done in the window: steps, those of them that were due and those late, and purchases.

    `wrong`: steps disputed, and purchases corrected or with a wrong item.
    """

    steps: Sequence[Step]
    due: Sequence[Step]
    late: Sequence[Step]
    purchases: Sequence[Purchase]
    wrong: Sequence[Fact]

    @property
    def n(self) -> int:
        """Steps and purchases."""
        return len(self.steps) + len(self.purchases)

    @property
    def rightness(self) -> float | None:
        """Share of steps and purchases without dispute, correction or wrong item; None of nothing."""
        return 1 - len(self.wrong) / self.n if self.n else None


def control(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of *timeliness* of the steps that were due and of *rightness*, times 100 (this project's own).

    `value`: rightness, told always. It is a part of the score only where a step was due, or where the base
    recorded a dispute, a correction or a wrong item in the window: where nobody ever does, none is silence. A
    purchase wholly returned counts where it was wrong, or the failure would vanish with it.
    """
    work = work_of(history)
    timely = timeliness(weighed(history, work.due, rules.control))
    counts = bool(work.due) or recorded(history, reference, "dispute", "correction", "wrong_item")
    score = mean((timely, work.rightness if counts else None))
    return metric(
        score=None if score is None else 100 * score,
        value=work.rightness,
        unit="share of steps and purchases done rightly",
        inputs=_inputs(work, timely, counts=counts),
        n=work.n,
        evidence=_evidence(work),
        reason=_reason(work, counts=counts),
        rules=rules,
    )


def work_of(history: History) -> Work:
    """What was done for the customer in the window."""
    found = history.recent(steps(history))
    due = [step for step in found if step.late(history.as_of) is not None]
    wrong = [each for each in history.recent(history.bought) if each.wrong_item or each.corrected]
    return Work(
        steps=found,
        due=due,
        late=[step for step in due if step.late(history.as_of)],
        purchases=[*history.recent(history.purchases), *(each for each in wrong if each.voided is not None)],
        wrong=[step.fact for step in found if step.disputed] + [each.fact for each in wrong],
    )


def weighed(history: History, due: Sequence[Step], rules: Control) -> list[tuple[Decimal, Decimal]]:
    """Of each step that was due its weight aᵢ, and max(0, 1 − lateᵢ/worthless); open ones age to `as_of`."""
    currency = history.currency or _usual_currency(due)
    return [(_weight(step, currency), _credit(step, history, rules)) for step in due]


def timeliness(due: Sequence[tuple[Decimal, Decimal]]) -> float | None:
    """The weighed mean of the steps that were due."""
    total = sum((weight for weight, _ in due), Decimal(0))
    return float(sum((weight * credit for weight, credit in due), Decimal(0)) / total) if due else None


def _usual_currency(due: Sequence[Step]) -> str | None:
    counts = Counter(step.currency for step in due if step.currency is not None)
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def _weight(step: Step, currency: str | None) -> Decimal:
    """The amount; 1 where there is none or it is in another currency, for currencies are never added."""
    return step.amount if step.amount and step.currency == currency else Decimal(1)


def _credit(step: Step, history: History, rules: Control) -> Decimal:
    late = step.late(history.as_of)
    return Decimal(0) if late is None else max(Decimal(0), 1 - Decimal(late / rules.worthless))


def _inputs(work: Work, timely: float | None, *, counts: bool) -> dict[str, float | int | None]:
    return {
        "timeliness": None if timely is None else rounded(timely),
        "rightness": None if work.rightness is None else rounded(work.rightness),
        "rightness_counts": counts,
        "steps": len(work.steps),
        "steps_due": len(work.due),
        "steps_late": len(work.late),
        "disputes": sum(step.disputed for step in work.steps),
        "purchases": len(work.purchases),
        "corrections": sum(each.corrected for each in work.purchases),
        "wrong_items": sum(each.wrong_item for each in work.purchases),
    }


def _evidence(work: Work) -> tuple[Fact, ...]:
    """What went wrong or is late; where nothing is, the latest of all of it."""
    failed = {fact.order: fact for fact in [*work.wrong, *(step.fact for step in work.late)]}
    if failed:
        return latest([failed[order] for order in sorted(failed)])
    done = sorted((step.fact for step in work.steps), key=lambda fact: fact.order)
    return latest(done, [each.fact for each in work.purchases])


def _reason(work: Work, *, counts: bool) -> str:
    if not work.n:
        return "Nothing was bought and no step was due in the window."
    named = counted(work.n, "step or purchase", "steps and purchases")
    if not counts:
        return f"{named} without a failure, but the base records none of anybody."
    right = f"{work.n - len(work.wrong)} of {named} without dispute, correction or wrong item"
    if not work.due:
        return f"{right}."
    return f"{len(work.due) - len(work.late)} of {counted(len(work.due), 'step')} done in time; {right}."
