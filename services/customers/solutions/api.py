"""REST: solutions for one customer alone, promised and delivered."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.profiles.belongings import Target
from services.customers.solutions import commands, queries
from services.customers.solutions.models import Delivery, NewSolution, SolutionView
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/solutions", tags=["solutions"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(customer_id: Segment, solution_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, solution_id, if_match)


@router.post("", status_code=201, response_model=SolutionView)
async def promise(customer_id: Segment, body: NewSolution, work: Posting) -> Response:
    """We promise to solve something for this customer alone."""
    command = partial(commands.promise, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/solutions/{{id}}"
    return await work.run(command, Existing.shown_by(SolutionView.model_validate), created=created)


@router.get("/{solution_id}", response_model=SolutionView)
async def read(customer_id: Segment, solution_id: Segment, session: Reading) -> Response:
    """One solution."""
    return respond(await queries.one(session, customer_id, solution_id), SolutionView.model_validate)


@router.get("/{solution_id}/history")
async def read_history(
    customer_id: Segment, solution_id: Segment, session: Reading, paging: Paging
) -> Page[ChangeView]:
    """Every change of a solution, the newest first."""
    await queries.one(session, customer_id, solution_id)
    return await history.page(session, paging, "solution", solution_id)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, paging: Paging, delivered: bool | None = None
) -> Page[SolutionView]:
    """What we promised to solve for a customer, as it was taken down, oldest first; `delivered`: what they have."""
    rows, following = await queries.page(session, customer_id, paging.limit, paging.cursor, delivered)
    return paging.page([SolutionView.model_validate(row) for row in rows], following)


@router.post("/{solution_id}/deliver", response_model=SolutionView)
async def deliver(body: Delivery, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """The customer has it."""
    command = partial(commands.deliver, target=target, told=body.occurred_at)
    return await work.run(command, SolutionView.model_validate)
