"""The life of a case: its states, the verbs that lead from one to the next, and what each verb changes.

Three rules hold in every life. A case that has left `open` was acknowledged, unless it was withdrawn: whoever
resolves or reopens it has answered the customer by that. Its steps never go back in time. And while it waits for the
customer it is not settled: what settles it ends the waiting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

State = Literal["open", "acknowledged", "in_progress", "resolved", "closed", "withdrawn"]
Verb = Literal[
    "acknowledge",
    "assign",
    "escalate",
    "pause",
    "resume",
    "remedy",
    "request_remedy",
    "approve_remedy",
    "refuse_remedy",
    "resolve",
    "close",
    "reopen",
    "withdraw",
]

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
    "pause": _staying(*UNSETTLED),
    "resume": _staying(*UNSETTLED),
    "remedy": _staying(*UNSETTLED, "resolved"),
    "request_remedy": _staying(*UNSETTLED, "resolved"),
    "approve_remedy": _staying(*UNSETTLED, "resolved"),
    "refuse_remedy": _staying(*UNSETTLED, "resolved"),
    "resolve": _each(UNSETTLED, "resolved"),
    "close": {"resolved": "closed"},
    "reopen": _each(SETTLED, "in_progress"),
    "withdraw": _each(UNSETTLED, "withdrawn"),
}
"""For each verb: the states it is allowed in, and the state it leads to from there."""


class WrongStateError(Exception):
    """The verb is not allowed as the case stands; the text says how it stands and what is allowed."""


class OutOfOrderError(Exception):
    """The step is told to have happened before the one before it; the text names both instants."""


class TooLateError(Exception):
    """The case was settled too long ago to be reopened; the text names the instant and the time that was given."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a case stands. `last_step_at`: its newest step, the opening included. All instants in UTC.

    `waiting_since`: we wait for the customer. `level`: how often it was escalated. `handovers`: how often it went from
    one department to another. `pauses`: how often we waited for the customer. `requests`: how often somebody else had
    to approve a remedy. `reopened`: how often. `resolved_at` and `closed_at` are None while it is open again.
    """

    state: State
    last_step_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    waiting_since: datetime | None = None
    department: str | None = None
    level: int = 0
    handovers: int = 0
    pauses: int = 0
    requests: int = 0
    reopened: int = 0

    @property
    def settled_at(self) -> datetime | None:
        """Its newest resolution, closing or withdrawal, which no step follows; None while it is not settled."""
        return self.resolved_at if self.state == "resolved" else self.last_step_at if self.state in SETTLED else None

    @property
    def one_contact(self) -> bool:
        """Whether nothing in its life says that one contact was not enough."""
        return not (self.handovers or self.level or self.pauses or self.requests or self.reopened)


def allowed(case: Case) -> list[Verb]:
    """The verbs that are allowed as the case stands."""
    needless = "resume" if case.waiting_since is None else "pause"
    return [verb for verb, leads in STEPS.items() if case.state in leads and verb != needless]


def moment(case: Case, verb: Verb, told: datetime | None, now: datetime) -> datetime:
    """When a step happens that is told, or done now (None). Raises `WrongStateError`, `OutOfOrderError`."""
    if verb not in (options := allowed(case)):
        waiting = " and waits for the customer" if case.waiting_since else ""
        raise WrongStateError(
            f"the complaint is {case.state}{waiting}: {verb} is not allowed, only {', '.join(options)}"
        )
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), case.last_step_at)
    if told < case.last_step_at:
        raise OutOfOrderError(f"{told.isoformat()} is before the step before it, {case.last_step_at.isoformat()}")
    return told.astimezone(UTC)


def take(case: Case, verb: Verb, told: datetime | None, now: datetime, department: str | None = None) -> Case:
    """The case after a step. `told`: when it happened, or None for now; `department`: the new one, to assign.

    Raises what `moment` raises.
    """
    at = moment(case, verb, told, now)
    return replace(case, state=STEPS[verb][case.state], last_step_at=at, **_changes(case, verb, at, department))


def still_reopens(case: Case, at: datetime, within: timedelta) -> None:
    """Raises `TooLateError` where a settled case is not reopened `at` any more, but followed by a new one."""
    if case.settled_at is not None and at - case.settled_at > within:
        settled = case.settled_at.isoformat()
        raise TooLateError(f"the complaint was settled at {settled}, and is reopened within {within.days} days of it")


def at_first_contact(case: Case, opened_at: datetime, at: datetime, claimed: bool | None, within: timedelta) -> bool:
    """Whether a case that is resolved `at` needed one contact only: no word of whoever resolves it outweighs its life.

    `claimed`: what they say; None leaves it to the time since the opening, at most `within`.
    """
    return case.one_contact and (at - opened_at <= within if claimed is None else claimed)


def _changes(case: Case, verb: Verb, at: datetime, department: str | None) -> dict[str, Any]:
    answered = {"acknowledged_at": case.acknowledged_at or at}
    goes_on: dict[str, Any] = {"waiting_since": None}
    handed_over = case.department is not None and case.department != department
    changes: dict[Verb, dict[str, Any]] = {
        "acknowledge": answered,
        "assign": {"department": department, "handovers": case.handovers + handed_over},
        "escalate": {"level": case.level + 1},
        "pause": {"waiting_since": at, "pauses": case.pauses + 1},
        "resume": goes_on,
        "request_remedy": {"requests": case.requests + 1},
        "resolve": answered | goes_on | {"resolved_at": at},
        "close": {"closed_at": at},
        "reopen": answered | {"resolved_at": None, "closed_at": None, "reopened": case.reopened + 1},
        "withdraw": goes_on,
    }
    return changes.get(verb, {})
