"""REST: the steps from contact to cash, planned and done (C03)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.process_steps import commands, queries
from services.customers.process_steps.models import Dispute, Happening, NewProcessStep, ProcessStepView
from services.customers.process_steps.queries import Filters, standing
from services.customers.process_steps.tables import ProcessStep
from services.customers.profiles.belongings import Target
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/process-steps", tags=["process steps"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: ProcessStep) -> ProcessStepView:
    step = standing(row)
    return ProcessStepView.model_validate(row.model_dump() | {"state": step.state, "disputed": step.disputed})


def _target(customer_id: Segment, step_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, step_id, if_match)


Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=ProcessStepView)
async def plan(customer_id: Segment, body: NewProcessStep, work: Posting) -> Response:
    """A step from contact to cash is planned."""
    command = partial(commands.plan, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/process-steps/{{id}}"
    return await work.run(command, Existing.shown_by(_view), created=created)


@router.get("/{step_id}", response_model=ProcessStepView)
async def read(customer_id: Segment, step_id: Segment, session: Reading) -> Response:
    """One step."""
    return respond(await queries.one(session, customer_id, step_id), _view)


@router.get("/{step_id}/history")
async def read_history(customer_id: Segment, step_id: Segment, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a step, the newest first."""
    await queries.one(session, customer_id, step_id)
    return await history.page(session, paging, "process_step", step_id)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[ProcessStepView]:
    """A customer's steps in the order of their due times."""
    rows, following = await queries.page(session, customer_id, paging, filters.conditions(clock.now()))
    return paging.page([_view(row) for row in rows], following)


@router.post("/{step_id}/complete", response_model=ProcessStepView)
async def complete(body: Happening, target: Meant, work: Posting) -> Response:
    """The step is done, in time or late."""
    return await work.run(partial(commands.complete, target=target, told=body.occurred_at), _view)


@router.post("/{step_id}/dispute", response_model=ProcessStepView)
async def dispute(body: Dispute, target: Meant, work: Posting) -> Response:
    """The customer disputes the step."""
    command = partial(commands.dispute, target=target, told=body.occurred_at, reason=body.reason)
    return await work.run(command, _view)


@router.post("/{step_id}/settle", response_model=ProcessStepView)
async def settle(body: Happening, target: Meant, work: Posting) -> Response:
    """The dispute is over."""
    return await work.run(partial(commands.settle, target=target, told=body.occurred_at), _view)
