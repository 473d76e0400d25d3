"""REST: service standards; every caller may read them, the chain alone puts them (K02)."""

from functools import partial

from fastapi import APIRouter, Response

from services.complaints.standards import commands, queries
from services.complaints.standards.models import StandardTold, StandardView
from services.complaints.standards.tables import ServiceStandard
from shared.events.complaints import Category, Severity
from shared.web import history
from shared.web.app import IfMatch, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/service-standards", tags=["service standards"])
OF_KIND = "/{category}/{severity}"


def _view(row: ServiceStandard) -> StandardView:
    return StandardView.model_validate(row.model_dump(exclude={"told"}) | row.told)


@router.put(OF_KIND, status_code=201, response_model=StandardView)
async def put(category: Category, severity: Severity, body: StandardTold, work: Writing, if_match: IfMatch) -> Response:
    """Say how soon such cases are to be answered, or say it anew (with `If-Match`); it holds for new cases."""
    caller = work.principal
    command = partial(commands.put, category=category, severity=severity, told=body, if_match=if_match, caller=caller)
    created = f"/v1/service-standards/{category}/{severity}"
    return await work.run(command, Existing.shown_by(_view), created=created)


@router.get("")
async def read_page(session: Reading, paging: Paging) -> Page[StandardView]:
    """The standards that were put, in the order of category and severity; for all others the defaults hold."""
    rows, following = await queries.page(session, paging.limit, paging.cursor)
    return paging.page([_view(row) for row in rows], following)


@router.get(OF_KIND, response_model=StandardView)
async def read(category: Category, severity: Severity, session: Reading) -> Response:
    """One standard."""
    return respond(await queries.one(session, category, severity), _view)


@router.get(OF_KIND + "/history")
async def read_history(category: Category, severity: Severity, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every version of a standard, the newest first."""
    await queries.one(session, category, severity)
    return await history.page(session, paging, "service_standard", f"{category}/{severity}")
