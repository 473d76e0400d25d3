"""The life of a case: its states, the verbs that lead from one to the next, and what each verb changes.

Two rules hold in every life. A case that has left `open` was acknowledged, unless it was withdrawn: whoever
resolves or reopens it has answered the customer by that. And its steps never go back in time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["open", "acknowledged", "in_progress", "resolved", "closed", "withdrawn"]
Verb = Literal["acknowledge", "assign", "escalate", "remedy", "resolve", "close", "reopen", "withdraw"]

UNSETTLED: tuple[State, ...] = ("open", "acknowledged", "in_progress")
SETTLED: tuple[State, ...] = ("resolved", "closed", "withdrawn")


def _each(states: Iterable[State], to: State) -> dict[State, State]:
    return dict.fromkeys(states, to)


def _staying(*states: State) -> dict[State, State]:
    return {state: state for state in states}


STEPS: Mapping[Verb, Mapping[State, State]] = {
    "acknowledge": {"open": "acknowledged"},
    # A department may be found before the customer is answered: the answer is still owed then.
    "assign": {"open": "open", "acknowledged": "in_progress", "in_progress": "in_progress"},
    "escalate": _staying(*UNSETTLED),
    "remedy": _staying(*UNSETTLED, "resolved"),
    "resolve": _each(UNSETTLED, "resolved"),
    "close": {"resolved": "closed"},
    "reopen": _each(SETTLED, "in_progress"),
    "withdraw": _each(UNSETTLED, "withdrawn"),
}
"""For each verb: the states it is allowed in, and the state it leads to from there."""


class WrongStateError(Exception):
    """The verb is not allowed in the case's state; the text names the state and what is allowed."""


class OutOfOrderError(Exception):
    """The step is told to have happened before the one before it; the text names both instants."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a case stands. `last_step_at`: its newest step, the opening included. All instants in UTC.

    `level`: how often it was escalated. `handovers`: how often it went from one department to another.
    `reopened`: how often. `resolved_at` and `closed_at` are None while it is open again.
    """

    state: State
    last_step_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    department: str | None = None
    level: int = 0
    handovers: int = 0
    reopened: int = 0


def allowed(state: State) -> list[Verb]:
    """The verbs that are allowed in a state."""
    return [verb for verb, leads in STEPS.items() if state in leads]


def take(case: Case, verb: Verb, told: datetime | None, now: datetime, department: str | None = None) -> Case:
    """The case after a step. `told`: when it happened, or None for now; `department`: the new one, to assign.

    Raises `WrongStateError`, `OutOfOrderError`.
    """
    leads = STEPS[verb]
    if case.state not in leads:
        options = ", ".join(allowed(case.state))
        raise WrongStateError(f"the complaint is {case.state}: {verb} is not allowed, only {options}")
    at = _moment(case, told, now)
    return replace(case, state=leads[case.state], last_step_at=at, **_changes(case, verb, at, department))


def _moment(case: Case, told: datetime | None, now: datetime) -> datetime:
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), case.last_step_at)
    if told < case.last_step_at:
        raise OutOfOrderError(f"{told.isoformat()} is before the step before it, {case.last_step_at.isoformat()}")
    return told.astimezone(UTC)


def _changes(case: Case, verb: Verb, at: datetime, department: str | None) -> dict[str, Any]:
    answered = {"acknowledged_at": case.acknowledged_at or at}
    handed_over = case.department is not None and case.department != department
    changes: dict[Verb, dict[str, Any]] = {
        "acknowledge": answered,
        "assign": {"department": department, "handovers": case.handovers + handed_over},
        "escalate": {"level": case.level + 1},
        "resolve": answered | {"resolved_at": at},
        "close": {"closed_at": at},
        "reopen": answered | {"resolved_at": None, "closed_at": None, "reopened": case.reopened + 1},
    }
    return changes.get(verb, {})
