"""REST: What we promised a customer, by when, and whether we kept it (C12)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from sqlmodel import col

from services.customers.commitments import commands, queries
from services.customers.commitments.models import CommitmentView, Meeting, NewCommitment
from services.customers.commitments.queries import Filters, promise
from services.customers.commitments.tables import Commitment
from services.customers.profiles.belongings import Target
from shared import clock
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["commitments"])
OF_CUSTOMER = "/customers/{customer_id}/commitments"
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: Commitment) -> CommitmentView:
    return CommitmentView.model_validate(row.model_dump() | {"kept": promise(row).kept})


def _target(customer_id: Segment, commitment_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, commitment_id, if_match)


@router.post(OF_CUSTOMER, status_code=201, response_model=CommitmentView)
async def make(customer_id: Segment, body: NewCommitment, work: Posting) -> Response:
    """We promise the customer something."""
    command = partial(commands.make, customer_id=customer_id, new=body)
    created = f"/v1/customers/{customer_id}/commitments/{{id}}"
    return await work.run(command, Existing.shown_by(_view), created=created)


@router.get(OF_CUSTOMER)
async def read_page(
    customer_id: Segment, session: Reading, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[CommitmentView]:
    """What we promised the customer, in the order of due times."""
    conditions = [col(Commitment.customer_id) == customer_id, *filters.conditions(clock.now())]
    rows, following = await queries.page(session, paging.limit, paging.cursor, *conditions)
    return paging.page([_view(row) for row in rows], following)


@router.get("/commitments")
async def read_all(
    session: Reading,
    caller: Caller,
    filters: Annotated[Filters, Depends()],
    paging: Paging,
    made_by: Id | None = None,
) -> Page[CommitmentView]:
    """What we promised to anybody, in the order of due times; a token bound to stores must say made by whom."""
    conditions = filters.conditions(clock.now())
    if made_by is None:
        caller.demand_chain()
    else:
        conditions.append(col(Commitment.made_by) == made_by)
    rows, following = await queries.page(session, paging.limit, paging.cursor, *conditions)
    return paging.page([_view(row) for row in rows], following)


@router.get(OF_CUSTOMER + "/{commitment_id}", response_model=CommitmentView)
async def read(customer_id: Segment, commitment_id: Segment, session: Reading) -> Response:
    """One promise."""
    return respond(await queries.one(session, customer_id, commitment_id), _view)


@router.get(OF_CUSTOMER + "/{commitment_id}/history")
async def read_history(
    customer_id: Segment, commitment_id: Segment, session: Reading, paging: Paging
) -> Page[ChangeView]:
    """Every change of a promise, the newest first."""
    await queries.one(session, customer_id, commitment_id)
    return await history.page(session, paging, "commitment", commitment_id)


@router.post(OF_CUSTOMER + "/{commitment_id}/meet", response_model=CommitmentView)
async def meet(body: Meeting, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """We did as we had promised, in time or late."""
    return await work.run(partial(commands.meet, target=target, told=body.occurred_at), _view)
