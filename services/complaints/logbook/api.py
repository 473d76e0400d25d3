"""REST: the logbook of incidents and accidents: entries are added, never changed (K07)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.logbook import commands, queries
from services.complaints.logbook.models import EntryView, NewEntry
from services.complaints.logbook.queries import Filters, Told
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.work import respond

router = APIRouter(prefix="/logbook", tags=["logbook"])
EntryId = Annotated[str, Path(pattern=ID_PATTERN)]


def _view(told: Told) -> EntryView:
    words = {"note": None, "customer_id": None} if told.words is None else told.words.model_dump()
    return EntryView.model_validate(told.entry.model_dump() | words)


@router.post("", status_code=201, response_model=EntryView)
async def write(body: NewEntry, work: Posting) -> Response:
    """An entry is written; a mistake is mended by another one that `corrects` it."""
    command = partial(commands.write, new=body, caller=work.principal)
    return await work.run(command, _view, created="/v1/logbook/{id}")


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[EntryView]:
    """Entries in the order of what they tell, the earliest first; of a store's day, where one is told."""
    found, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([_view(each) for each in found], following)


@router.get("/{entry_id}", response_model=EntryView)
async def read(entry_id: EntryId, session: Reading, caller: Caller) -> Response:
    """One entry."""
    return respond(await queries.one(session, entry_id, caller), _view)
