"""REST: customers' ideas: recorded, decided on, answered (K09)."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.complaints.ideas import commands, queries
from services.complaints.ideas.commands import Target
from services.complaints.ideas.models import IdeaView, NewAnswer, NewDecision, NewIdea
from services.complaints.ideas.queries import Filters
from shared.events.values import ID_PATTERN
from shared.web import history
from shared.web.app import Caller, IfMatchDemanded, Posting, Reading
from shared.web.cursors import Page, Paging
from shared.web.history import ChangeView
from shared.web.work import Existing, respond

router = APIRouter(prefix="/ideas", tags=["ideas"])
IdeaId = Annotated[str, Path(pattern=ID_PATTERN)]


def _target(idea_id: IdeaId, caller: Caller, if_match: IfMatchDemanded) -> Target:
    return Target(idea_id, if_match, caller)


Meant = Annotated[Target, Depends(_target)]


@router.post("", status_code=201, response_model=IdeaView)
async def record(body: NewIdea, work: Posting) -> Response:
    """A customer, known or not, would have us do something better."""
    command = partial(commands.record, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(IdeaView.model_validate), created="/v1/ideas/{id}")


@router.get("")
async def read_page(
    session: Reading, caller: Caller, filters: Annotated[Filters, Depends()], paging: Paging
) -> Page[IdeaView]:
    """Ideas, the oldest first; of a token bound to stores, theirs."""
    rows, following = await queries.page(session, caller, paging.limit, paging.cursor, filters)
    return paging.page([IdeaView.model_validate(row) for row in rows], following)


@router.get("/{idea_id}", response_model=IdeaView)
async def read(idea_id: IdeaId, session: Reading, caller: Caller) -> Response:
    """One idea."""
    return respond(await queries.one(session, idea_id, caller), IdeaView.model_validate)


@router.get("/{idea_id}/history")
async def read_history(idea_id: IdeaId, session: Reading, caller: Caller, paging: Paging) -> Page[ChangeView]:
    """Every change of an idea, the newest first."""
    await queries.one(session, idea_id, caller)
    return await history.page(session, paging, "idea", idea_id)


@router.post("/{idea_id}/decide", response_model=IdeaView)
async def decide(body: NewDecision, target: Meant, work: Posting) -> Response:
    """We accept or reject it, and say why."""
    return await work.run(partial(commands.decide, target=target, told=body), IdeaView.model_validate)


@router.post("/{idea_id}/answer", response_model=IdeaView)
async def answer(body: NewAnswer, target: Meant, work: Posting) -> Response:
    """Who had the idea was told what we decided."""
    return await work.run(partial(commands.answer, target=target, told=body), IdeaView.model_validate)
