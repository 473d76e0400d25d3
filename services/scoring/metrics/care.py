"""Customer care: whether we do for the customer what our standards promise when something went wrong."""

from collections.abc import Sequence

from services.scoring.metrics.cases import Case
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, metric
from services.scoring.metrics.rules import Rules


def care(history: History, rules: Rules) -> Metric:
    """Cases within both standards that stayed settled, over the cases that can be judged, times 100.

    `value`: that share. By opening time; null, never 100, where no case can be judged. The formula is this
    project's own; complaints per 10,000 contacts and first-contact resolution stand beside it.
    """
    as_of = history.as_of
    opened = history.recent(history.cases)
    due = [case for case in opened if case.counts(as_of)]
    kept = [case for case in due if case.cared_for(as_of, rules.reopened)]
    share = len(kept) / len(due) if due else None
    return metric(
        score=None if share is None else 100 * share,
        value=share,
        unit="share of cases cared for",
        inputs={
            "cases": len(opened),
            "due": len(due),
            "kept": len(kept),
            "past_standard": sum(case.past_standard(as_of) for case in due),
            "reopened_early": sum(case.relapsed(rules.reopened) for case in due),
            "complaints_per_10000": _per_10000(history, len(opened)),
            "first_contact_resolution": _first_contact(opened),
        },
        n=len(due),
        evidence=latest(sorted((case.latest for case in due), key=lambda fact: fact.order)),
        reason=_reason(len(opened), len(due), len(kept)),
        rules=rules,
    )


def _per_10000(history: History, complaints: int) -> float | None:
    served = len(history.recent(history.purchases)) + len(history.recent(history.visits))
    return rounded(10_000 * complaints / served) if served else None


def _first_contact(opened: Sequence[Case]) -> float | None:
    settled = [case for case in opened if case.resolved]
    return rounded(sum(case.first_contact for case in settled) / len(settled)) if settled else None


def _reason(opened: int, due: int, kept: int) -> str:
    if not opened:
        return "No complaint was opened in the window, which says nothing of how we would care."
    if not due:
        return f"{counted(opened, 'complaint')} opened, none of which can be judged yet."
    return f"{kept} of {counted(due, 'case')} settled within both standards and not reopened."
