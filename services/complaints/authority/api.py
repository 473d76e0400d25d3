"""REST: what remedy an employee may grant by their training, and who decides beyond it (K03)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.authority import commands, queries, requests
from services.complaints.authority.commands import LimitKey
from services.complaints.authority.models import (
    Approval,
    LimitTold,
    LimitView,
    NewRequest,
    Refusal,
)
from services.complaints.authority.tables import AuthorityLimit
from services.complaints.cases.dossier import Dossier
from services.complaints.cases.steps import Target
from services.complaints.cases.views import ComplaintView
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatch, IfMatchDemanded, Posting, Reading, Writing
from shared.web.cursors import Page, Paging
from shared.web.fields import Currency
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(tags=["authority"])
LIMIT = "/authority-limits/{level}/{currency}"
REQUESTS = "/complaints/{complaint_id}/remedy-requests"
Level = Annotated[int, Path(ge=0, le=5, description="0: the untrained")]
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
ComplaintId = Annotated[str, Path(pattern=ID_PATTERN)]


def _limit(row: AuthorityLimit) -> LimitView:
    return LimitView.model_validate(row)


def _target(complaint_id: ComplaintId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(complaint_id, if_match, caller)


Meant = Annotated[Target, Depends(_target)]


@router.put(LIMIT, status_code=201, response_model=LimitView)
async def put_limit(level: Level, currency: Currency, body: LimitTold, work: Writing, if_match: IfMatch) -> Response:
    """Set what a level may grant in one remedy, or change it (with `If-Match`).

    A currency for which no limit was ever put is not governed: anything goes in it. In one that is, a level without
    a limit of its own has that of the next lower level, and without any it may grant nothing that costs.
    """
    key = LimitKey(level, currency)
    command = partial(commands.put_limit, key=key, told=body, if_match=if_match, caller=work.principal)
    return await work.run(command, Existing.shown_by(_limit), created=f"/v1/authority-limits/{level}/{currency}")


@router.get(LIMIT, response_model=LimitView)
async def read_limit(level: Level, currency: Currency, session: Reading) -> Response:
    """One limit."""
    return respond(await queries.one(session, level, currency), _limit)


@router.get(LIMIT + "/history")
async def read_limit_history(level: Level, currency: Currency, session: Reading, paging: Paging) -> Page[ChangeView]:
    """Every change of a limit, the newest first."""
    subject = commands.subject(await queries.one(session, level, currency))
    return await history.page(session, paging, subject.entity, subject.id)


@router.get("/authority-limits")
async def read_limits(session: Reading, paging: Paging, currency: Currency | None = None) -> Page[LimitView]:
    """Limits by currency and level."""
    rows, following = await queries.page(session, paging.limit, paging.cursor, currency)
    return paging.page([_limit(row) for row in rows], following)


@router.post(REQUESTS, response_model=ComplaintView)
async def ask(body: NewRequest, target: Meant, work: Posting) -> Response:
    """Ask for a remedy that is beyond one's authority: the newest of the case's `remedy_requests`."""
    return await work.run(partial(requests.ask, target=target, told=body), Dossier.view)


@router.post(REQUESTS + "/{number}/approve", response_model=ComplaintView)
async def approve(number: Number, body: Approval, target: Meant, work: Posting) -> Response:
    """Somebody else, with enough authority, grants it."""
    return await work.run(partial(requests.approve, target=target, number=number, told=body), Dossier.view)


@router.post(REQUESTS + "/{number}/refuse", response_model=ComplaintView)
async def refuse(number: Number, body: Refusal, target: Meant, work: Posting) -> Response:
    """It is not granted."""
    return await work.run(partial(requests.refuse, target=target, number=number, told=body), Dossier.view)
