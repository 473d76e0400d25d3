"""REST: doubts and fears of a customer, and what settled them (C06)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.customers.doubts import commands, queries
from services.customers.doubts.models import DoubtView, NewDoubt, Resolution
from services.customers.profiles.belongings import Target
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/doubts", tags=["doubts"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(customer_id: Segment, doubt_id: Segment, if_match: IfMatchDemanded) -> Target:
    return Target(customer_id, doubt_id, if_match)


@router.post("", status_code=201, response_model=DoubtView)
async def raise_doubt(customer_id: Segment, body: NewDoubt, work: Posting) -> Response:
    """The customer doubts or fears something."""
    created = f"/v1/customers/{customer_id}/doubts/{{id}}"
    command = partial(commands.raise_doubt, customer_id=customer_id, new=body)
    return await work.run(command, Existing.shown_by(DoubtView.model_validate), created=created)


@router.get("")
async def read_page(
    customer_id: Segment,
    session: Reading,
    paging: Paging,
    still_open: Annotated[bool | None, Query(alias="open", description="not resolved yet")] = None,
) -> Page[DoubtView]:
    """The customer's doubts as they were taken down, oldest first."""
    rows, following = await queries.page(session, customer_id, paging.limit, paging.cursor, still_open=still_open)
    return paging.page([DoubtView.model_validate(row) for row in rows], following)


@router.get("/{doubt_id}", response_model=DoubtView)
async def read(customer_id: Segment, doubt_id: Segment, session: Reading) -> Response:
    """One doubt."""
    return respond(await queries.one(session, customer_id, doubt_id), DoubtView.model_validate)


@router.get("/{doubt_id}/history")
async def read_history(customer_id: Segment, doubt_id: Segment, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a doubt, the newest first."""
    await queries.one(session, customer_id, doubt_id)
    return await history.page(session, paging, "doubt", doubt_id)


@router.post("/{doubt_id}/resolve", response_model=DoubtView)
async def resolve(body: Resolution, target: Annotated[Target, Depends(_target)], work: Posting) -> Response:
    """The doubt is settled, one way or the other."""
    return await work.run(partial(commands.settle, target=target, told=body), DoubtView.model_validate)
