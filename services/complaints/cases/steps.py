"""One step of a case, as every verb takes it: lock, compare versions, ask the domain, note, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from services.complaints.cases.domain import Case, OutOfOrderError, Verb, WrongStateError, moment, take
from services.complaints.cases.dossier import Dossier, dossier, whose
from services.complaints.cases.tables import Complaint, ComplaintStep
from shared.events import Payload
from shared.history import Subject, note
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.entities import for_update
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

_STANDING = [each.name for each in fields(Case)]
_SAID = {"owner", "resolution", "root_cause", "first_contact", "first_contact_claimed"}
_OWED = {"due_acknowledge", "due_resolve", "escalated_to"}
_CHANGING = {*_STANDING, *_SAID, *_OWED} - {"last_step_at"}


@dataclass(frozen=True, slots=True)
class Target:
    """The complaint that a caller means, in the version they read (`If-Match`)."""

    complaint_id: str
    if_match: str | None
    caller: Principal


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken and is yet to be told. `before`: what steps can change, as it was, None at the opening.

    `said`: what the history keeps of the step beside what it changed.
    """

    complaint: Complaint
    step: ComplaintStep
    before: Mapping[str, Any] | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


async def locked(tx: Transaction, target: Target) -> Complaint:
    """The complaint, locked until the transaction ends; who complained is not erased until then.

    Raises 404 (another store's too), 410, 412: whoever read an older version is told so before anything
    is said about a state they have not seen.
    """
    complaint = await for_update(tx, Complaint, target.complaint_id)
    if complaint is None:
        raise Problem(NOT_FOUND, f"no complaint {target.complaint_id}")
    target.caller.hide_other_stores(complaint.store_id)
    whose(complaint)
    demand_match(target.if_match, complaint.version)
    return complaint


def standing(complaint: Complaint) -> Case:
    """How the case stands, for its rules."""
    return Case(**complaint.model_dump(include=set(_STANDING)))


def noted(complaint: Complaint) -> dict[str, Any]:
    """What steps can change, as it is now."""
    return complaint.model_dump(include=_CHANGING)


def when(tx: Transaction, complaint: Complaint, verb: Verb, told: datetime | None) -> datetime:
    """The moment of a step that is yet to be taken. Raises 409 where the state or the order forbids it."""
    try:
        return moment(standing(complaint), verb, told, tx.recorded)
    except WrongStateError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    except OutOfOrderError as error:
        fault = {"pointer": "/occurred_at", "detail": "before the step before it"}
        raise Problem(WRONG_STATE, str(error), errors=[fault]) from None


def step(
    tx: Transaction,
    complaint: Complaint,
    verb: Verb,
    told: datetime | None,
    *,
    department: str | None = None,
    comment: str | None = None,
    said: Mapping[str, Any] | None = None,
) -> Taken:
    """Take the step and add it to the case's steps. Raises 409 where the state or the order forbids it."""
    before, at = noted(complaint), when(tx, complaint, verb, told)
    after = take(standing(complaint), verb, at, tx.recorded, department)
    for name in _STANDING:
        setattr(complaint, name, getattr(after, name))
    complaint.version += 1
    made = entry(tx, complaint, verb, comment)
    return Taken(complaint, made, before, {"note": comment} if said is None else said)


def entry(
    tx: Transaction,
    complaint: Complaint,
    verb: str,
    comment: str | None = None,
    *,
    by: str | None = None,
    at: datetime | None = None,
) -> ComplaintStep:
    """The step that was just taken, added to the case's steps; by the caller and at its newest step's time, or told."""
    made = ComplaintStep(
        complaint_id=complaint.id,
        number=complaint.version,
        verb=verb,
        by=by or tx.actor,
        occurred_at=at or complaint.last_step_at,
        recorded_at=tx.recorded,
        note=comment,
        department=complaint.department,
    )
    tx.session.add(made)
    return made


async def tell(tx: Transaction, taken: Taken, payloads: Sequence[Payload]) -> Dossier:
    """Note the step in the history and record events at its time; the complaint as it stands now."""
    complaint, time = taken.complaint, taken.step.occurred_at
    subject = Subject("complaint", complaint.id, taken.step.number)
    after = noted(complaint) | dict(taken.said)
    await note(tx, subject, taken.step.verb, before=taken.before, after=after, at=time)
    key, store = whose(complaint), complaint.store_id
    told = [tx.event(payload, key=key, subject=complaint.id, time=time, store=store) for payload in payloads]
    await record(tx.session, told)
    return await dossier(tx.session, complaint)
