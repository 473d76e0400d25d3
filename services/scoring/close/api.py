"""REST: closes. Asking for one is quick; a worker does it, and the close's own address tells how far it is."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from sqlalchemy import select
from sqlmodel import col

from services.scoring.base import Close
from services.scoring.close import commands
from shared.events.values import ID_PATTERN
from shared.web.app import Administrators, Posting, Reading, WholeChain
from shared.web.cursors import Page, Paging, keyset
from shared.web.fields import Instant, Request, View
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(tags=["close"])


class NewClose(Request):
    """The date to close as of: a past moment."""

    as_of: Instant


class CloseView(View):
    """A close. `step`: what it is at, with so many customers looked at; `revision`: of the reference that now holds."""

    id: str
    as_of: datetime
    state: Literal["requested", "running", "done", "failed"]
    step: str | None
    revision: int | None
    customers: int
    error: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def _view(close: Close) -> CloseView:
    return CloseView.model_validate(close)


@router.post("/close", status_code=201, response_model=CloseView, dependencies=[Administrators])
async def ask(body: NewClose, work: Posting) -> Response:
    """Ask for a close as of a date; one for the same date that is not done yet is answered instead.

    While another date is being closed: 409. Before anything happened, or in the future: 422.
    """
    command = partial(commands.close, as_of=body.as_of)
    return await work.run(command, Existing.shown_by(_view), created="/v1/closes/{id}")


@router.get("/closes/{close_id}", response_model=CloseView, dependencies=[WholeChain])
async def read(close_id: Annotated[str, Path(pattern=ID_PATTERN)], session: Reading) -> Response:
    """One close."""
    close = await session.get(Close, close_id)
    if close is None:
        raise Problem(NOT_FOUND, f"no close {close_id}")
    return respond(close, _view)


@router.get("/closes", dependencies=[WholeChain])
async def read_page(session: Reading, paging: Paging) -> Page[CloseView]:
    """Closes, the one asked for last first."""
    order = col(Close.requested_at), col(Close.id)
    rows, following = await keyset(session, select(Close), paging.limit, paging.cursor, *order, descending=True)
    return paging.page([_view(close) for close in rows], following)
