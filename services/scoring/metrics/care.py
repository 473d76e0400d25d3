"""Customer care: whether we do for the customer what we owe them when something went wrong, or was promised."""

from collections.abc import Sequence
from typing import NamedTuple

from services.scoring.metrics.cases import Case
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.follow_ups import FollowUp, follow_ups
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, metric
from services.scoring.metrics.promises import Commitment, commitments
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.surveys import satisfaction


class Owed(NamedTuple):
    """What was begun in the window and can be judged: cases, follow-ups and commitments, with how many were kept."""

    cases: Sequence[Case]
    follow_ups: Sequence[FollowUp]
    commitments: Sequence[Commitment]
    cases_kept: int

    @property
    def due(self) -> int:
        """How many can be judged."""
        return len(self.cases) + len(self.follow_ups) + len(self.commitments)

    @property
    def kept(self) -> int:
        """How many of them were cared for."""
        return self.cases_kept + _kept(self.follow_ups) + _kept(self.commitments)


def care(history: History, rules: Rules) -> Metric:
    """Cases within both standards that stayed settled, follow-ups in time and commitments kept, over those due.

    `value`: that share, the score a hundred times it. By opening time; null, never 100, where nothing is due. The
    formula is this project's own; what customers say and complain of stands beside it.
    """
    found = owed(history, rules)
    share = found.kept / found.due if found.due else None
    opened = history.recent(history.cases)
    return metric(
        score=None if share is None else 100 * share,
        value=share,
        unit="share of what was owed",
        inputs={
            "due": found.due,
            "kept": found.kept,
            **_of_cases(history, opened, found, rules),
            "follow_ups_due": len(found.follow_ups),
            "follow_ups_in_time": _kept(found.follow_ups),
            "commitments_due": len(found.commitments),
            "commitments_kept": _kept(found.commitments),
            **satisfaction(history),
        },
        n=found.due,
        evidence=latest(
            sorted((case.latest for case in found.cases), key=lambda fact: fact.order),
            [each.fact for each in found.follow_ups],
            [each.fact for each in found.commitments],
        ),
        reason=_reason(len(opened), found),
        rules=rules,
    )


def owed(history: History, rules: Rules) -> Owed:
    """What was owed to the customer in the window."""
    due = [case for case in history.recent(history.cases) if case.counts(history.as_of)]
    return Owed(
        cases=due,
        follow_ups=[each for each in history.recent(follow_ups(history)) if each.kept is not None],
        commitments=[each for each in history.recent(commitments(history)) if each.kept is not None],
        cases_kept=sum(case.cared_for(history.as_of, rules.reopened) for case in due),
    )


def _kept(owed: Sequence[FollowUp] | Sequence[Commitment]) -> int:
    return sum(each.kept is True for each in owed)


def _of_cases(history: History, opened: Sequence[Case], found: Owed, rules: Rules) -> dict[str, float | None]:
    return {
        "cases": len(opened),
        "cases_due": len(found.cases),
        "cases_kept": found.cases_kept,
        "past_standard": sum(case.past_standard(history.as_of) for case in found.cases),
        "reopened_early": sum(case.relapsed(rules.reopened) for case in found.cases),
        "complaints_per_10000": _per_10000(history, len(opened)),
        "first_contact_resolution": _first_contact(opened),
    }


def _per_10000(history: History, complaints: int) -> float | None:
    served = len(history.recent(history.purchases)) + len(history.recent(history.visits))
    return rounded(10_000 * complaints / served) if served else None


def _first_contact(opened: Sequence[Case]) -> float | None:
    settled = [case for case in opened if case.resolved]
    return rounded(sum(case.first_contact for case in settled) / len(settled)) if settled else None


def _reason(opened: int, found: Owed) -> str:
    if not found.due:
        return (
            f"{counted(opened, 'complaint')} opened, none of which can be judged yet, and nothing else was due."
            if opened
            else "Nothing went wrong and nothing was due in the window, which says nothing of how we would care."
        )
    told = (
        (found.cases_kept, len(found.cases), "case", "settled within both standards and not reopened"),
        (_kept(found.follow_ups), len(found.follow_ups), "follow-up", "done in time"),
        (_kept(found.commitments), len(found.commitments), "commitment", "kept"),
    )
    return "; ".join(f"{kept} of {counted(due, what)} {how}" for kept, due, what, how in told if due) + "."
