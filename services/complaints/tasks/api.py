"""REST: follow-ups: what somebody is to do for a customer, by when (K05)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.tasks import commands, queries
from services.complaints.tasks.commands import Target
from services.complaints.tasks.models import Completion, NewTask, Reassignment, TaskView
from services.complaints.tasks.queries import Filters
from services.complaints.tasks.tables import Task
from services.complaints.tasks.telling import standing
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.auth import Principal
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/tasks", tags=["tasks"])
TaskId = Annotated[str, Path(pattern=ID_PATTERN)]
WORDS = ("what", "how")
"""Of a follow-up of no store, hidden from who is bound to stores: anybody may see that it is to be done."""


def _target(task_id: TaskId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(task_id, if_match, caller)


Meant = Annotated[Target, Depends(_target)]


def _view(row: Task, caller: Principal) -> TaskView:
    stands = standing(row)
    about = {"kind": row.origin, "id": row.about_id}
    words = {} if caller.serves(row.store_id) else dict.fromkeys(WORDS)
    return TaskView.model_validate(
        row.model_dump() | words | {"about": about, "state": stands.state, "in_time": stands.in_time}
    )


def _change(change: ChangeView, caller: Principal, store_id: str | None) -> ChangeView:
    if caller.serves(store_id):
        return change
    after = {name: told for name, told in change.after.items() if name not in WORDS}
    before = {name: told for name, told in (change.before or {}).items() if name not in WORDS}
    return change.model_copy(update={"before": change.before and before, "after": after})


@router.post("", status_code=201, response_model=TaskView)
async def open_(body: NewTask, work: Posting) -> Response:
    """Somebody is to do something for a customer, by when."""
    command = partial(commands.open_, new=body, caller=work.principal)
    shown = Existing.shown_by(partial(_view, caller=work.principal))
    return await work.run(command, shown, created="/v1/tasks/{id}")


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[TaskView]:
    """Follow-ups in the order of their due times; `overdue`: past that and not done."""
    conditions = filters.conditions(clock.now())
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, *conditions)
    return paging.page([_view(row, caller) for row in rows], following)


@router.get("/{task_id}", response_model=TaskView)
async def read(task_id: TaskId, session: Reading, caller: Caller) -> Response:
    """One follow-up."""
    return respond(await queries.one(session, task_id, caller), partial(_view, caller=caller))


@router.get("/{task_id}/history")
async def read_history(task_id: TaskId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every step of a follow-up, the newest first."""
    row = await queries.one(session, task_id, caller)
    page = await history.page(session, paging, "task", task_id)
    return page.model_copy(update={"items": [_change(change, caller, row.store_id) for change in page.items]})


@router.post("/{task_id}/complete", response_model=TaskView)
async def complete(body: Completion, target: Meant, work: Posting) -> Response:
    """It was done, in time or late."""
    command = partial(commands.complete, target=target, told=body)
    return await work.run(command, partial(_view, caller=work.principal))


@router.post("/{task_id}/reassign", response_model=TaskView)
async def reassign(body: Reassignment, target: Meant, work: Posting) -> Response:
    """Somebody else is to do it."""
    command = partial(commands.reassign, target=target, told=body)
    return await work.run(command, partial(_view, caller=work.principal))
