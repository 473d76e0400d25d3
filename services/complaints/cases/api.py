"""REST: complaints (K01).

Every step demands `If-Match`: nobody changes a case that is not as they read it.
"""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from services.complaints.cases import commands, queries, remedies, settling
from services.complaints.cases.dossier import Dossier
from services.complaints.cases.limits import Limits
from services.complaints.cases.models import (
    Acknowledgement,
    Assignment,
    Closing,
    Escalation,
    NewComplaint,
    Reconsideration,
    Remedy,
    Resolution,
    Resumption,
    Waiting,
)
from services.complaints.cases.opening import open_case
from services.complaints.cases.queries import Filters
from services.complaints.cases.steps import Target
from services.complaints.cases.views import ComplaintView
from services.complaints.standards.defaults import Standards
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import respond

router = APIRouter(prefix="/complaints", tags=["complaints"])
ComplaintId = Annotated[str, Path(pattern=ID_PATTERN)]


def _standards(request: Request) -> Standards:
    standards: Standards = request.app.state.settings.standards
    return standards


def _limits(request: Request) -> Limits:
    settings = request.app.state.settings
    return Limits(settings.reopen_within, settings.first_contact_within)


def _target(complaint_id: ComplaintId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(complaint_id, if_match, caller)


Given = Annotated[Limits, Depends(_limits)]
InForce = Annotated[Standards, Depends(_standards)]
Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=ComplaintView)
async def open_(body: NewComplaint, work: Posting, standards: InForce) -> Response:
    """A customer complains; when it is to be acknowledged and resolved is fixed now."""
    command = partial(open_case, new=body, standards=standards, caller=work.principal)
    return await work.run(command, Dossier.view, created="/v1/complaints/{id}")


@router.get("/{complaint_id}", response_model=ComplaintView)
async def read(complaint_id: ComplaintId, session: Reading, caller: Caller) -> Response:
    """One complaint, with its history and remedies."""
    return respond(await queries.one(session, complaint_id, caller), Dossier.view)


@router.get("/{complaint_id}/history")
async def read_history(complaint_id: ComplaintId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every step of a complaint and what it changed, the newest first."""
    await queries.one(session, complaint_id, caller)
    return await history.page(session, paging, "complaint", complaint_id)


@router.get("")
async def read_page(
    session: Reading,
    caller: Caller,
    filters: Annotated[Filters, Depends()],
    paging: Paging,
) -> Page[ComplaintView]:
    """Complaints as they were taken down, oldest first."""
    found, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([dossier.view() for dossier in found], following)


@router.post("/{complaint_id}/acknowledge", response_model=ComplaintView)
async def acknowledge(body: Acknowledgement, target: Meant, work: Posting) -> Response:
    """The customer was told that somebody cares."""
    return await work.run(partial(commands.acknowledge, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/assign", response_model=ComplaintView)
async def assign(body: Assignment, target: Meant, work: Posting) -> Response:
    """A department owns the next step."""
    return await work.run(partial(commands.assign, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/escalate", response_model=ComplaintView)
async def escalate(body: Escalation, target: Meant, work: Posting) -> Response:
    """The case goes one level up."""
    return await work.run(partial(commands.escalate, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/pause", response_model=ComplaintView)
async def pause(body: Waiting, target: Meant, work: Posting) -> Response:
    """We wait for the customer, and the clock stands still."""
    return await work.run(partial(commands.pause, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/resume", response_model=ComplaintView)
async def resume(body: Resumption, target: Meant, work: Posting) -> Response:
    """The customer has answered: the clock runs again."""
    return await work.run(partial(commands.resume, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/resolve", response_model=ComplaintView)
async def resolve(body: Resolution, target: Meant, work: Posting, limits: Given) -> Response:
    """The matter is settled as far as we can see."""
    return await work.run(partial(settling.resolve, target=target, told=body, limits=limits), Dossier.view)


@router.post("/{complaint_id}/close", response_model=ComplaintView)
async def close(body: Closing, target: Meant, work: Posting) -> Response:
    """Nothing is left to do."""
    return await work.run(partial(settling.close, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/reopen", response_model=ComplaintView)
async def reopen(body: Reconsideration, target: Meant, work: Posting, limits: Given) -> Response:
    """It was not settled after all."""
    return await work.run(partial(settling.reopen, target=target, told=body, limits=limits), Dossier.view)


@router.post("/{complaint_id}/withdraw", response_model=ComplaintView)
async def withdraw(body: Reconsideration, target: Meant, work: Posting) -> Response:
    """The customer takes it back."""
    return await work.run(partial(settling.withdraw, target=target, told=body), Dossier.view)


@router.post("/{complaint_id}/remedies", response_model=ComplaintView)
async def grant_remedy(body: Remedy, target: Meant, work: Posting) -> Response:
    """Something is given to set it right."""
    return await work.run(partial(remedies.grant_remedy, target=target, told=body), Dossier.view)
