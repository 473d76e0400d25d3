"""What can be done about an incident: record it, and take the next step of its procedure."""

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from services.complaints.incidents import domain
from services.complaints.incidents.domain import OutOfOrderError, RefusedError, RuleBrokenError
from services.complaints.incidents.models import NewIncident, NewStep
from services.complaints.incidents.procedures.procedure import Said, Standing
from services.complaints.incidents.queries import STANDING, Report, one, report, standing
from services.complaints.incidents.tables import Incident, IncidentStep
from services.complaints.logbook.commands import enter
from services.complaints.logbook.tables import LogbookEntry
from services.complaints.staff.domain import Role
from services.complaints.staff.queries import role, store
from shared.events.complaints import IncidentRecorded
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import RULE_BROKEN, WRONG_STATE, Problem

_TOLD = {"store_id", "kind", "situation", "state", "reported_by", "certain", "eye_witness", "simulated"}
_CHANGING = (STANDING | {"logbook_entry_id"}) - {"kind", "occurred_at", "last_step_at"}
_UNSAID = {"at", "charge_amount", "note"}
"""Of a step's body what the history does not keep: its time it has, and words stay with the step."""


@dataclass(frozen=True, slots=True)
class Target:
    """The incident that a caller means, in the version they read (`If-Match`)."""

    incident_id: str
    if_match: str | None
    caller: Principal


async def record(tx: Transaction, new: NewIncident, caller: Principal) -> Report:
    """Note that something happened; the same id and content does nothing.

    Raises 403 for another store, 409 for an id that is in use with other content and for a charge, 410.
    """
    caller.demand_store(new.store_id)
    if new.customer_id is not None:
        await tx.admit(new.customer_id)
    found = await add_once(tx, _row(tx, new), "an incident")
    row = found.entity
    if not found.existed:
        told = row.model_dump(include=_TOLD)
        await note(tx, Subject("incident", row.id, row.version), "record", before=None, after=told, at=row.occurred_at)
        payload, key = IncidentRecorded(kind=new.kind), row.customer_id or f"store:{row.store_id}"
        await tx.record(payload, key=key, subject=row.id, time=row.occurred_at, store=row.store_id)
    return await report(tx.session, row, existed=found.existed)


async def take(tx: Transaction, target: Target, told: NewStep) -> Report:
    """Take a step. Raises 404 (another store's too), 410, 412, 428, and 409 with the rule that refuses it."""
    row = await _locked(tx, target)
    after = _after(await standing(tx.session, row), await _said(tx, row, told), tx)
    before = row.model_dump(include=_CHANGING)
    if told.step == "log":
        row.logbook_entry_id = await _logged(tx, row, told)
    for name in STANDING:
        setattr(row, name, getattr(after, name))
    row.version += 1
    _keep(tx, row, told)
    now = row.model_dump(include=_CHANGING) | told.model_dump(exclude=_UNSAID, exclude_none=True)
    await note(tx, Subject("incident", row.id, row.version), told.step, before=before, after=now, at=row.last_step_at)
    await tx.session.flush()
    return await report(tx.session, row)


async def _locked(tx: Transaction, target: Target) -> Incident:
    seen = await one(tx.session, target.incident_id, target.caller)
    if seen.customer_id is not None:
        await tx.admit(seen.customer_id)  # before the row is locked: an erasure waits for both, in this order
    tx.session.expire(seen)
    return await meant(tx, Incident, target.incident_id, target.if_match, "incident")


async def _said(tx: Transaction, row: Incident, told: NewStep) -> Said:
    facts = told.model_dump(include={"step", "at", "called", "certain", "eye_witness"})
    aside = told.model_dump(include={"escorted_aside", "other_customers_present"})
    who = await _role(tx, told.by, row.store_id)
    return Said(**facts, **aside, role=who, charged=told.charge_amount is not None)


async def _role(tx: Transaction, by: str, store_id: str) -> Role | None:
    """What the employee is in that store: who belongs to another one is nobody there."""
    theirs = await store(tx.session, by)
    return await role(tx.session, by) if theirs in {None, store_id} else None


def _after(incident: Standing, said: Said, tx: Transaction) -> Standing:
    try:
        return domain.take(incident, said, tx.recorded)
    except RuleBrokenError as error:
        raise _broken(error) from None
    except OutOfOrderError as error:
        fault = {"pointer": "/at", "detail": "before the step before it"}
        raise Problem(WRONG_STATE, str(error), errors=[fault]) from None
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


def _broken(error: RuleBrokenError) -> Problem:
    errors = [{"pointer": rule.pointer, "detail": rule.code} for rule in error.broken]
    return Problem(RULE_BROKEN, str(error), errors=errors)


async def _logged(tx: Transaction, row: Incident, told: NewStep) -> str:
    """The id of the entry that the step writes, of an accident or an incident, at the incident's time."""
    entry = LogbookEntry(
        id=str(uuid7()),
        store_id=row.store_id,
        kind="accident" if row.kind == "accident" else "incident",
        occurred_at=row.occurred_at,
        reported_by=told.by,
        incident_id=row.id,
        simulated=row.simulated,
        content=b"",  # told under no id of a client's, it is never told again
        created_at=tx.recorded,
    )
    return (await enter(tx, entry, told.note, row.customer_id)).entity.id


def _keep(tx: Transaction, row: Incident, told: NewStep) -> None:
    """Add the step to the incident's; the words of one that writes into the logbook stand there."""
    said = told.model_dump(exclude={"at", "charge_amount"} | ({"note"} if told.step == "log" else set()))
    step = IncidentStep(
        **said,
        incident_id=row.id,
        number=row.version,
        at=row.last_step_at,
        told_by=tx.actor,
        recorded_at=tx.recorded,
    )
    tx.session.add(step)


def _row(tx: Transaction, new: NewIncident) -> Incident:
    at, unsure = new.occurred_at, {"certain": new.certain, "eye_witness": new.eye_witness}
    try:
        begun = domain.record(new.kind, at, **unsure, charged=new.charge_amount is not None)
    except RuleBrokenError as error:
        raise _broken(error) from None
    told = new.model_dump(exclude={"id", "charge_amount", "currency", "situation"})
    return Incident(
        **told,
        id=new.id or str(uuid7()),
        situation=(new.situation or "misbehaviour") if new.kind == "misbehaviour" else None,
        state=begun.state,
        last_step_at=begun.last_step_at,
        content=new.content(),
        created_at=tx.recorded,
    )
