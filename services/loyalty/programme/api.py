"""REST: the programme; every caller may read it, the chain alone puts it (L03)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.loyalty.programme import commands, queries
from services.loyalty.programme.models import NewProgramme, ProgrammeView
from services.loyalty.programme.tables import ProgrammeVersion
from shared.events.values import ID_PATTERN
from shared.web.app import Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Currency
from shared.web.work import Existing, respond

router = APIRouter(prefix="/programmes", tags=["points"])
ProgrammeId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(row: ProgrammeVersion) -> ProgrammeView:
    return ProgrammeView.model_validate(row.model_dump())


@router.post("", status_code=201, response_model=ProgrammeView)
async def put(body: NewProgramme, work: Posting) -> Response:
    """Say what points are earned and worth from a moment on; a version is never changed, a later one follows it."""
    command = partial(commands.put, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created="/v1/programmes/{id}")


@router.get("")
async def read_page(session: Reading, paging: Paging, currency: Currency | None = None) -> Page[ProgrammeView]:
    """Versions of the programme in the order in which they come into force."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, currency)
    return paging.page([_view(row) for row in rows], following)


@router.get("/{programme_id}", response_model=ProgrammeView)
async def read(programme_id: ProgrammeId, session: Reading) -> Response:
    """One version of the programme."""
    return respond(await queries.one(session, programme_id), _view)
