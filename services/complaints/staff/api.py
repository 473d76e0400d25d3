"""REST: employees as far as procedures ask: their role, and what they were trained for (K03, K06)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.staff import commands, queries
from services.complaints.staff.models import EmployeeTold, EmployeeView, NewTraining, TrainingView
from services.complaints.staff.queries import Filters
from services.complaints.staff.tables import Employee, Training
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatch, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/staff", tags=["staff"])
StaffId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Employee) -> EmployeeView:
    return EmployeeView.model_validate(row)


def _training(row: Training) -> TrainingView:
    return TrainingView.model_validate(row)


@router.put("/{staff_id}", status_code=201, response_model=EmployeeView)
async def put(staff_id: StaffId, body: EmployeeTold, work: Writing, if_match: IfMatch) -> Response:
    """Create an employee under this id, or replace them (with `If-Match`)."""
    command = partial(commands.put_employee, staff_id=staff_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/staff/{id}")


@router.get("/{staff_id}", response_model=EmployeeView)
async def read(staff_id: StaffId, session: Reading, caller: Caller) -> Response:
    """One employee."""
    return respond(await queries.one(session, staff_id, caller), _view)


@router.get("/{staff_id}/history")
async def read_history(staff_id: StaffId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every change of an employee and every training, the newest first."""
    caller.hide_other_stores(await queries.store(session, staff_id))
    return await history.page(session, paging, "employee", staff_id)


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[EmployeeView]:
    """Employees in the order of their ids."""
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(row) for row in rows], following)


@router.post("/{staff_id}/trainings", status_code=201, response_model=TrainingView)
async def record_training(staff_id: StaffId, body: NewTraining, work: Posting) -> Response:
    """An employee completed a training; whoever they are, they may be put among the staff later."""
    command = partial(commands.record_training, staff_id=staff_id, new=body, caller=work.principal)
    created = f"/v1/staff/{staff_id}/trainings/{{id}}"
    return await work.run(command, Existing.shown_by(_training), created=created)


@router.get("/{staff_id}/trainings")
async def read_trainings(staff_id: StaffId, session: Reading, caller: Caller, paging: Paging) -> Page[TrainingView]:
    """An employee's trainings in the order of their completion, the expired ones too."""
    caller.hide_other_stores(await queries.store(session, staff_id))
    rows, following = await queries.trainings(session, staff_id, paging.limit, paging.cursor)
    return paging.page([_training(row) for row in rows], following)


@router.get("/{staff_id}/trainings/{training_id}", response_model=TrainingView)
async def read_training(staff_id: StaffId, training_id: StaffId, session: Reading, caller: Caller) -> Response:
    """One training."""
    caller.hide_other_stores(await queries.store(session, staff_id))
    return respond(await queries.training(session, staff_id, training_id), _training)
