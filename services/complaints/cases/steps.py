"""One step of a case, as every verb takes it: lock, compare versions, ask the domain, note, tell."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from services.complaints.cases.domain import Case, OutOfOrderError, Verb, WrongStateError, take
from services.complaints.cases.dossier import Dossier, dossier
from services.complaints.cases.tables import Complaint, ComplaintStep
from shared.events import Payload
from shared.outbox import Transaction, record
from shared.web.auth import Principal
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

_STANDING = [field.name for field in fields(Case)]


@dataclass(frozen=True, slots=True)
class Target:
    """The complaint that a caller means, in the version they read (`If-Match`)."""

    complaint_id: str
    if_match: str | None
    caller: Principal


async def locked(tx: Transaction, target: Target) -> Complaint:
    """The complaint, locked until the transaction ends.

    Raises 404 (another store's too), 412, 428: whoever read an older version is told so before anything
    is said about a state they have not seen.
    """
    complaint = await tx.session.get(Complaint, target.complaint_id, with_for_update=True)
    if complaint is None:
        raise Problem(NOT_FOUND, f"no complaint {target.complaint_id}")
    target.caller.hide_other_stores(complaint.store_id)
    demand_match(target.if_match, complaint.version)
    return complaint


def step(
    tx: Transaction,
    complaint: Complaint,
    verb: Verb,
    told: datetime | None,
    *,
    note: str | None = None,
    department: str | None = None,
) -> None:
    """Take the step and note it in the history. Raises 409 where the state or the order forbids it."""
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
    tx.session.add(entry(tx, complaint, verb, note))


def entry(tx: Transaction, complaint: Complaint, verb: str, note: str | None = None) -> ComplaintStep:
    """The line of the history for the step that was just taken."""
    return ComplaintStep(
        complaint_id=complaint.id,
        number=complaint.version,
        verb=verb,
        by=tx.actor,
        occurred_at=complaint.last_step_at,
        recorded_at=tx.recorded,
        note=note,
        department=complaint.department,
    )


async def tell(tx: Transaction, complaint: Complaint, payloads: Sequence[Payload]) -> Dossier:
    """Record events at the time of the step that was just taken; the complaint as it stands now."""
    key, time, store = complaint.customer_id, complaint.last_step_at, complaint.store_id
    told = [tx.event(payload, key=key, subject=complaint.id, time=time, store=store) for payload in payloads]
    await record(tx.session, told)
    return await dossier(tx.session, complaint)
