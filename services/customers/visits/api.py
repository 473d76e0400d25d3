"""REST: visits (C07) and their bulk intake (L02)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from services.customers.visits import commands, intake, queries
from services.customers.visits.models import NewVisit, VisitEnd, VisitView
from services.customers.visits.tables import Visit
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.fields import Id
from shared.web.history import ChangeView
from shared.web.imports import FromLine, Line, Verdict, import_stream
from shared.web.openapi import importing
from shared.web.work import Existing, respond

router = APIRouter(tags=["visits"])
VisitId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(visit: Visit) -> VisitView:
    return VisitView.model_validate(visit)


@router.post("/visits", status_code=201, response_model=VisitView)
async def start(body: NewVisit, work: Posting) -> Response:
    """A customer came; or came and left already."""
    command = partial(commands.start, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/visits/{id}")


@router.post("/visits/{visit_id}/end", response_model=VisitView)
async def end(visit_id: VisitId, body: VisitEnd, work: Posting, if_match: IfMatchDemanded) -> Response:
    """The customer left (with `If-Match`); nobody told by the end of the store's day, the visit ends then.

    What came of it may still be told after that, once.
    """
    command = partial(commands.end, visit_id=visit_id, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, _view)


@router.get("/visits/{visit_id}", response_model=VisitView)
async def read(visit_id: VisitId, session: Reading, caller: Caller) -> Response:
    """One visit."""
    return respond(await queries.one(session, visit_id, caller), _view)


@router.get("/visits/{visit_id}/history")
async def read_history(visit_id: VisitId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every change of a visit since it was taken down, the newest first."""
    await queries.one(session, visit_id, caller)
    return await history.page(session, paging, "visit", visit_id)


@router.get("/visits")
async def read_page(session: Reading, caller: Caller, paging: Paging, customer_id: Id | None = None) -> Page[VisitView]:
    """Visits as they were taken down, oldest first."""
    visits, following = await queries.page(session, caller, paging.limit, paging.cursor, customer_id)
    return paging.page([_view(visit) for visit in visits], following)


@router.post("/imports/visits", **importing(NewVisit))
async def take_in(request: Request, work: Writing, from_line: FromLine = 1) -> StreamingResponse:
    """A stream of visits (NDJSON in, a verdict for each line out)."""

    async def store(lines: list[Line[NewVisit]]) -> list[Verdict]:
        return await work.batch(partial(intake.take_in, lines=lines, caller=work.principal))

    return import_stream(request, NewVisit, store, first=from_line)
