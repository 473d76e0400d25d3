"""Steps from contact to cash: when each was planned, done and disputed. Cash at the till is no step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from shared.events.customers import ProcessStepCompleted, ProcessStepDisputed, ProcessStepDue


class Step(NamedTuple):
    """One step, at its due time once that is past, else at the first thing that was told to have happened.

    `fact`: the last thing known of it; `due_at`: None where nobody planned it; `amount`: as planned, else as
    told later, None where it has none.
    """

    fact: Fact
    time: datetime
    due_at: datetime | None
    completed: datetime | None
    disputed: bool
    amount: Decimal | None
    currency: str | None

    def late(self, as_of: datetime) -> timedelta | None:
        """How late it was done, or is by now while it is open; None while it is not due, or was never planned."""
        if self.due_at is None or self.due_at >= as_of:
            return None
        return max((self.completed or as_of) - self.due_at, timedelta())


def steps(history: History) -> tuple[Step, ...]:
    """Every step once, in order of time.

    The first plan of a step counts, so that nobody moves a due time, and so does its first completion. What
    was done or disputed without a plan is a step that was never due.
    """
    lives: dict[str, list[Fact]] = {}
    for fact in history.of(ProcessStepDue.TYPE, ProcessStepCompleted.TYPE, ProcessStepDisputed.TYPE):
        lives.setdefault(fact.subject, []).append(fact)
    return tuple(sorted((_step(life, history.as_of) for life in lives.values()), key=_order))


def _order(step: Step) -> tuple[datetime, str]:
    return step.time, step.fact.subject


def _step(life: Sequence[Fact], as_of: datetime) -> Step:
    plan = next((fact for fact in life if fact.type == ProcessStepDue.TYPE), None)
    due_at = None if plan is None else datetime.fromisoformat(plan.data["due_at"])
    outcomes = [fact for fact in life if fact.type != ProcessStepDue.TYPE]
    past = due_at if due_at is not None and (due_at < as_of or not outcomes) else outcomes[0].time
    amount = _amount(life if plan is None else [plan, *outcomes])
    return Step(
        fact=life[-1],
        time=past,
        due_at=due_at,
        completed=next((fact.time for fact in outcomes if fact.type == ProcessStepCompleted.TYPE), None),
        disputed=any(fact.type == ProcessStepDisputed.TYPE for fact in outcomes),
        amount=None if amount is None else Decimal(amount["amount"]),
        currency=None if amount is None else amount["currency"],
    )


def _amount(life: Sequence[Fact]) -> dict[str, Any] | None:
    return next((fact.data["amount"] for fact in life if "amount" in fact.data), None)


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, a step comes to count: a moment after its due time."""
    return [step.due_at + MOMENT for step in steps(history) if step.due_at is not None and step.due_at >= history.as_of]
