"""REST: when a store is open: its business calendar, version by version (K02)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.complaints.calendars import commands, queries
from services.complaints.calendars.models import CalendarTold, CalendarView
from services.complaints.calendars.tables import StoreCalendar
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatch, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/stores/{store_id}/calendar", tags=["calendars"])
StoreId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: StoreCalendar) -> CalendarView:
    return CalendarView.model_validate(row.model_dump(exclude={"told"}) | row.told)


@router.put("", status_code=201, response_model=CalendarView)
async def put(store_id: StoreId, body: CalendarTold, work: Writing, if_match: IfMatch) -> Response:
    """Say when a store is open, or say it anew (with `If-Match`); open cases keep to the calendar they began with."""
    command = partial(commands.put, store_id=store_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=f"/v1/stores/{store_id}/calendar")


@router.get("", response_model=CalendarView)
async def read(store_id: StoreId, session: Reading, caller: Caller) -> Response:
    """When a store is open."""
    return respond(await queries.one(session, store_id, caller), _view)


@router.get("/history")
async def read_history(store_id: StoreId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every version of a store's calendar, the newest first."""
    await queries.one(session, store_id, caller)
    return await history.page(session, paging, "calendar", store_id)
