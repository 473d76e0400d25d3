"""One step of a case, as every verb takes it: lock, compare versions, ask the domain, note, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from services.complaints.cases.domain import Case, OutOfOrderError, Verb, WrongStateError, take
from services.complaints.cases.dossier import Dossier, dossier, whose
from services.complaints.cases.tables import Complaint, ComplaintStep
from shared.events import Payload
from shared.history import Subject, note
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

_STANDING = [each.name for each in fields(Case)]
_CHANGING = {*_STANDING, "owner", "resolution", "root_cause", "first_contact"} - {"last_step_at"}


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
    complaint = await tx.session.get(Complaint, target.complaint_id, with_for_update=True)
    if complaint is None:
        raise Problem(NOT_FOUND, f"no complaint {target.complaint_id}")
    target.caller.hide_other_stores(complaint.store_id)
    whose(complaint)
    demand_match(target.if_match, complaint.version)
    return complaint


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
    before = complaint.model_dump(include=_CHANGING)
    case = Case(**complaint.model_dump(include=set(_STANDING)))
    try:
        after = take(case, verb, told, tx.recorded, department)
    except WrongStateError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    except OutOfOrderError as error:
        fault = {"pointer": "/occurred_at", "detail": "before the step before it"}
        raise Problem(WRONG_STATE, str(error), errors=[fault]) from None
    for name in _STANDING:
        setattr(complaint, name, getattr(after, name))
    complaint.version += 1
    return Taken(complaint, entry(tx, complaint, verb, comment), before, {"note": comment} if said is None else said)


def entry(tx: Transaction, complaint: Complaint, verb: str, comment: str | None = None) -> ComplaintStep:
    """The step that was just taken, added to the case's steps."""
    made = ComplaintStep(
        complaint_id=complaint.id,
        number=complaint.version,
        verb=verb,
        by=tx.actor,
        occurred_at=complaint.last_step_at,
        recorded_at=tx.recorded,
        note=comment,
        department=complaint.department,
    )
    tx.session.add(made)
    return made


async def tell(tx: Transaction, taken: Taken, payloads: Sequence[Payload]) -> Dossier:
    """Note the step in the history and record events at its time; the complaint as it stands now."""
    complaint, subject = taken.complaint, Subject("complaint", taken.complaint.id, taken.complaint.version)
    after = complaint.model_dump(include=_CHANGING) | dict(taken.said)
    await note(tx, subject, taken.step.verb, before=taken.before, after=after, at=complaint.last_step_at)
    key, time, store = whose(complaint), complaint.last_step_at, complaint.store_id
    told = [tx.event(payload, key=key, subject=complaint.id, time=time, store=store) for payload in payloads]
    await record(tx.session, told)
    return await dossier(tx.session, complaint)
