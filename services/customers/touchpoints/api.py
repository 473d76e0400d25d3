"""REST: touchpoints elsewhere than in a visit (C07)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.customers.touchpoints import commands, queries
from services.customers.touchpoints.models import Conclusion, NewTouchpoint, TouchpointView
from services.customers.touchpoints.tables import Touchpoint
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/touchpoints", tags=["touchpoints"])
TouchpointId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(touchpoint: Touchpoint) -> TouchpointView:
    return TouchpointView.model_validate(touchpoint)


@router.post("", status_code=201, response_model=TouchpointView)
async def record(body: NewTouchpoint, work: Posting) -> Response:
    """We met a customer elsewhere than in a visit."""
    command = partial(commands.touch, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/touchpoints/{id}")


@router.post("/{touchpoint_id}/conclude", response_model=TouchpointView)
async def conclude(touchpoint_id: TouchpointId, body: Conclusion, work: Posting, if_match: IfMatchDemanded) -> Response:
    """What came of it (with `If-Match`)."""
    command = partial(
        commands.conclude, touchpoint_id=touchpoint_id, told=body, if_match=if_match, caller=work.principal
    )
    return await work.run(command, _view)


@router.get("/{touchpoint_id}", response_model=TouchpointView)
async def read(touchpoint_id: TouchpointId, session: Reading, caller: Caller) -> Response:
    """One touchpoint."""
    return respond(await queries.one(session, touchpoint_id, caller), _view)


@router.get("/{touchpoint_id}/history")
async def read_history(
    touchpoint_id: TouchpointId, session: Reading, caller: Caller, paging: Paging
) -> Page[ChangeView]:
    """Every change of a touchpoint, the newest first."""
    await queries.one(session, touchpoint_id, caller)
    return await history.page(session, paging, "touchpoint", touchpoint_id)


@router.get("")
async def read_page(
    session: Reading, caller: Caller, paging: Paging, customer_id: Id | None = None
) -> Page[TouchpointView]:
    """Touchpoints as they were taken down, oldest first."""
    found, following = await queries.page(session, caller, paging.limit, paging.cursor, customer_id)
    return paging.page([_view(touchpoint) for touchpoint in found], following)
