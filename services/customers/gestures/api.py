"""REST: more than we promised (C09)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.customers.gestures import commands, queries
from services.customers.gestures.models import GestureView, NewGesture
from services.customers.gestures.queries import Filters
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/customers/{customer_id}/gestures", tags=["gestures"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]


@router.post("", status_code=201, response_model=GestureView)
async def make(customer_id: Segment, body: NewGesture, work: Posting) -> Response:
    """Somebody of ours did more for the customer than we had promised."""
    command = partial(commands.make, customer_id=customer_id, new=body, caller=work.principal)
    created = f"/v1/customers/{customer_id}/gestures/{{id}}"
    return await work.run(command, Existing.shown_by(GestureView.model_validate), created=created)


@router.get("/{gesture_id}", response_model=GestureView)
async def read(customer_id: Segment, gesture_id: Segment, session: Reading) -> Response:
    """One gesture."""
    return respond(await queries.one(session, customer_id, gesture_id), GestureView.model_validate)


@router.get("/{gesture_id}/history")
async def read_history(customer_id: Segment, gesture_id: Segment, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Who told of the gesture, and when."""
    await queries.one(session, customer_id, gesture_id)
    return await history.page(session, paging, "gesture", gesture_id)


@router.get("")
async def read_page(
    customer_id: Segment, session: Reading, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[GestureView]:
    """A customer's gestures as they were taken down, oldest first."""
    rows, following = await queries.page(session, customer_id, paging.limit, paging.cursor, filters)
    return paging.page([GestureView.model_validate(row) for row in rows], following)
