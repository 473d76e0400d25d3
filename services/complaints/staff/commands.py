"""What can be done with employees: put one, and record a training of one."""

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.complaints.staff.models import EmployeeTold, NewTraining
from services.complaints.staff.tables import Employee, Training
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import INVALID, Collision, Problem
from shared.web.work import Existing

_LEARNT = {"level", "course", "occurred_at", "expires_at", "simulated"}


async def put_employee(
    tx: Transaction, staff_id: str, told: EmployeeTold, if_match: str | None, caller: Principal
) -> Existing[Employee]:
    """Create an employee or replace them under `If-Match`; identical content does nothing.

    Raises 403 for a token bound to stores: what one may grant is not for a store's till to say; 412, 428.
    """
    caller.demand_chain()
    row = await for_update(tx, Employee, staff_id)
    if row is None:
        check_match(if_match, None)
        return Existing(await _create(tx, staff_id, told), existed=False)
    values, before = told.model_dump(), row.model_dump(include={"role", "store_id"})
    if before == values:
        return Existing(row, existed=True)
    demand_match(if_match, row.version)
    row.role, row.store_id = told.role, told.store_id
    row.version, row.updated_at = row.version + 1, tx.recorded
    await note(tx, _subject(row), "change", before=before, after=values)
    return Existing(row, existed=True)


async def record_training(tx: Transaction, staff_id: str, new: NewTraining, caller: Principal) -> Existing[Training]:
    """Note a training; the same id with the same content does nothing.

    Raises 403 for a token bound to stores, 409 for an id that is in use with other
    content, 422 for one that had expired when it was completed.
    """
    caller.demand_chain()
    found = await add_once(tx, _new(tx, staff_id, new), "a training")
    row = found.entity
    if row.expires_at is not None and row.expires_at <= row.occurred_at:
        fault = {"pointer": "/expires_at", "detail": "not after occurred_at"}
        raise Problem(INVALID, "look at /expires_at", errors=[fault])
    if not found.existed:
        subject = Subject("employee", staff_id, row.version, part=f"trainings/{row.id}")
        await note(tx, subject, "train", before=None, after=row.model_dump(include=_LEARNT), at=row.occurred_at)
    return found


async def _create(tx: Transaction, staff_id: str, told: EmployeeTold) -> Employee:
    row = Employee(id=staff_id, created_at=tx.recorded, updated_at=tx.recorded, **told.model_dump())
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(staff_id) from None
    await note(tx, _subject(row), "create", before=None, after=told.model_dump())
    return row


def _new(tx: Transaction, staff_id: str, new: NewTraining) -> Training:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    content = new.content(staff_id)
    return Training(id=new.id or str(uuid7()), staff_id=staff_id, content=content, created_at=tx.recorded, **told)


def _subject(row: Employee) -> Subject:
    return Subject("employee", row.id, row.version)
