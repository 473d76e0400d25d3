"""An incident goes by the procedure of its kind (K06): what a step does, and which rule refuses it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from services.complaints.incidents.procedures.accident import ACCIDENT
from services.complaints.incidents.procedures.breakage import BREAKAGE
from services.complaints.incidents.procedures.misbehaviour import MISBEHAVIOUR, OUTSIDE
from services.complaints.incidents.procedures.procedure import Move, Procedure, Rule, Said, Standing, StepName
from services.complaints.incidents.procedures.unpaid_exit import UNPAID_EXIT
from shared.events.complaints import IncidentKind

Situation = Literal["misbehaviour", "intoxication", "aggravated"]
"""What kind of misbehaviour it is."""
SITUATIONS: tuple[Situation, ...] = get_args(Situation)

PROCEDURES: Mapping[IncidentKind, Procedure] = {
    "unpaid_exit": UNPAID_EXIT,
    "misbehaviour": MISBEHAVIOUR,
    "breakage": BREAKAGE,
    "accident": ACCIDENT,
}


class RefusedError(Exception):
    """The state, or the order of time, refuses the step; the text says how, in words for the shop floor."""


class OutOfOrderError(RefusedError):
    """The step is told to have happened before the one before it."""


class RuleBrokenError(Exception):
    """Rules of the procedure refuse the step; the text is their sentences."""

    def __init__(self, broken: Iterable[Rule]) -> None:
        self.broken = tuple(broken)
        super().__init__("; ".join(rule.sentence for rule in self.broken))


@dataclass(frozen=True, slots=True)
class Option:
    """A step of the procedure, as things stand. `why_not`: what refuses it whoever takes it, by code; empty: it may be
    taken. `demands`: the rules that it must keep by what is told of it."""

    step: StepName
    why_not: Mapping[str, str]
    demands: Mapping[str, str]


def record(kind: IncidentKind, at: datetime, *, certain: bool, eye_witness: bool, charged: bool) -> Standing:
    """An incident as it begins; raises `RuleBrokenError` for one that charges the customer."""
    incident = Standing(kind, "recorded", at, at, certain=certain, eye_witness=eye_witness)
    _demand(PROCEDURES[kind].always, incident, Said("witness", charged=charged))
    return incident


def take(incident: Standing, said: Said, now: datetime) -> Standing:
    """The incident after a step. Raises `RefusedError`, `OutOfOrderError`, `RuleBrokenError`."""
    procedure = PROCEDURES[incident.kind]
    _demand(procedure.always, incident, said)
    move = procedure.steps.get(said.step)
    if move is None or incident.state not in move.leads:
        raise RefusedError(_wrong_state(incident, said.step))
    _demand(move.rules, incident, said)
    at = _moment(incident, said.at, now)
    return replace(incident, state=move.leads[incident.state], last_step_at=at, **_changes(incident, said, at))


def options(incident: Standing) -> list[Option]:
    """Every step of the incident's procedure, and whether it may be taken now."""
    return [_option(incident, step, move) for step, move in PROCEDURES[incident.kind].steps.items()]


def allowed(incident: Standing) -> list[StepName]:
    """The steps that the incident's state allows."""
    return [step for step, move in PROCEDURES[incident.kind].steps.items() if incident.state in move.leads]


def _option(incident: Standing, step: StepName, move: Move) -> Option:
    rules = PROCEDURES[incident.kind].always + move.rules
    why_not = {rule.code: rule.sentence for rule in rules if not rule.stands(incident)}
    if incident.state not in move.leads:
        why_not = {"wrong_state": _wrong_state(incident, step)} | why_not
    return Option(step, why_not, {rule.code: rule.sentence for rule in rules if rule.demands()})


def _demand(rules: Iterable[Rule], incident: Standing, said: Said) -> None:
    if broken := [rule for rule in rules if not rule.kept(incident, said)]:
        raise RuleBrokenError(broken)


def _wrong_state(incident: Standing, step: StepName) -> str:
    choice = ", ".join(allowed(incident))
    kind, state = incident.kind.replace("_", " "), incident.state.replace("_", " ")
    left = f"only {choice}" if choice else "nor is anything else: it is over"
    return f"the incident ({kind}) is at {state}: {step} is not allowed, {left}"


def _moment(incident: Standing, told: datetime | None, now: datetime) -> datetime:
    if told is None:
        # Another clock may be ahead of ours: what is done now still comes after what it told us.
        return max(now.astimezone(UTC), incident.last_step_at)
    if told < incident.last_step_at:
        raise OutOfOrderError(f"{told.isoformat()} is before the step before it, {incident.last_step_at.isoformat()}")
    return told


def _changes(incident: Standing, said: Said, at: datetime) -> dict[str, Any]:
    sure = incident.certain if said.certain is None else said.certain
    seen = incident.eye_witness if said.eye_witness is None else said.eye_witness
    called = incident.called if said.called is None else incident.called | {said.called}
    changes: dict[StepName, dict[str, Any]] = {
        "witness": {"certain": sure, "eye_witness": seen},
        "approach": {"approached_at": at},
        "call": {"called": called, "outside_called": not called.isdisjoint(OUTSIDE)},
        "intervene": {"intervened_at": at},
        "log": {"logged": True},
    }
    return changes.get(said.step, {})


def minutes_to_intervention(occurred_at: datetime, intervened_at: datetime | None) -> float | None:
    """Minutes from the incident to the intervention, to a tenth; None where nobody has intervened."""
    return None if intervened_at is None else round((intervened_at - occurred_at).total_seconds() / 60, 1)
