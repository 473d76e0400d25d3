"""REST: closes. Asking for one is quick; a worker does it, and the close's own address tells how far it is."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Response
from sqlalchemy import func, select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.scoring.base import Close
from shared.events.values import ID_PATTERN
from shared.outbox import Transaction
from shared.web.app import Administrators, Posting, Reading
from shared.web.cursors import Page, Paging, keyset
from shared.web.fields import Instant, Request, View
from shared.web.problems import INVALID, NOT_FOUND, Problem
from shared.web.work import Existing, respond

router = APIRouter(tags=["close"])


class NewClose(Request):
    """The date to close as of: a past moment."""

    as_of: Instant


class CloseView(View):
    """A close: `requested`, `running`, `done` or `failed`. `revision`: of the reference that now holds."""

    id: str
    as_of: datetime
    state: str
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
    """Ask for a close as of a date; one that is still to be done for the same date is answered instead."""
    return await work.run(partial(_ask, as_of=body.as_of), Existing.shown_by(_view), created="/v1/closes/{id}")


@router.get("/closes/{close_id}", response_model=CloseView)
async def read(close_id: Annotated[str, Path(pattern=ID_PATTERN)], session: Reading) -> Response:
    """One close."""
    close = await session.get(Close, close_id)
    if close is None:
        raise Problem(NOT_FOUND, f"no close {close_id}")
    return respond(close, _view)


@router.get("/closes")
async def read_page(session: Reading, paging: Paging) -> Page[CloseView]:
    """Closes, the one asked for last first."""
    order = col(Close.requested_at), col(Close.id)
    rows, following = await keyset(session, select(Close), paging.limit, paging.cursor, *order, descending=True)
    return paging.page([_view(close) for close in rows], following)


async def _ask(tx: Transaction, as_of: datetime) -> Existing[Close]:
    if as_of > tx.recorded:
        raise Problem(INVALID, "look at as_of", errors=[{"pointer": "/as_of", "detail": "it lies in the future"}])
    # Two who ask at once: the second waits here, and finds the first one's close.
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("ask for a close"))))
    waiting = select(Close).where(col(Close.as_of) == as_of, col(Close.state) == "requested")
    if found := (await tx.session.execute(waiting.limit(1))).scalar_one_or_none():
        return Existing(found, existed=True)
    close = Close(id=str(uuid7()), as_of=as_of, requested_at=tx.recorded)
    tx.session.add(close)
    return Existing(close, existed=False)
