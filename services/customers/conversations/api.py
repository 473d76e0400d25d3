"""REST: conversations with customers, listening and talking (C07).

They are of the store in which the visit or the touchpoint was: another store is shown none of them.
"""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.customers.conversations import commands, queries
from services.customers.conversations.models import ConversationView, NewConversation
from services.customers.conversations.tables import Conversation
from services.customers.touchpoints import queries as touchpoints
from services.customers.visits import queries as visits
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Posting, Reading
from shared.web.auth import Principal
from shared.web.cursors import Page, Pager, Paging
from shared.web.work import Existing, respond

router = APIRouter(tags=["conversations"])
Segment = Annotated[str, Path(pattern=ID_PATTERN)]
_CREATED = "/v1/conversations/{id}"


def _view(conversation: Conversation) -> ConversationView:
    return ConversationView.model_validate(conversation)


@router.post("/visits/{visit_id}/conversations", status_code=201, response_model=ConversationView)
async def note_in_visit(visit_id: Segment, body: NewConversation, work: Posting) -> Response:
    """The customer talked with us in a visit; it may be written down after, for the same day."""
    command = partial(commands.in_visit, visit_id=visit_id, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=_CREATED)


@router.post("/touchpoints/{touchpoint_id}/conversations", status_code=201, response_model=ConversationView)
async def note_at_touchpoint(touchpoint_id: Segment, body: NewConversation, work: Posting) -> Response:
    """The customer talked with us elsewhere."""
    command = partial(commands.at_touchpoint, touchpoint_id=touchpoint_id, new=body, caller=work.principal)
    return await work.run(command, Existing.shown_by(_view), created=_CREATED)


@router.get("/conversations/{conversation_id}", response_model=ConversationView)
async def read(conversation_id: Segment, session: Reading, caller: Caller) -> Response:
    """One conversation."""
    return respond(await queries.one(session, conversation_id, caller), _view)


@router.get("/visits/{visit_id}/conversations")
async def read_of_visit(visit_id: Segment, session: Reading, caller: Caller, paging: Paging) -> Page[ConversationView]:
    """What was said in a visit, oldest first."""
    await visits.one(session, visit_id, caller)
    return await _page(session, caller, paging, col(Conversation.visit_id), visit_id)


@router.get("/touchpoints/{touchpoint_id}/conversations")
async def read_of_touchpoint(
    touchpoint_id: Segment, session: Reading, caller: Caller, paging: Paging
) -> Page[ConversationView]:
    """What was said at a touchpoint, oldest first."""
    await touchpoints.one(session, touchpoint_id, caller)
    return await _page(session, caller, paging, col(Conversation.touchpoint_id), touchpoint_id)


@router.get("/customers/{customer_id}/conversations")
async def read_of_customer(
    customer_id: Segment, session: Reading, caller: Caller, paging: Paging
) -> Page[ConversationView]:
    """Everything a customer talked about with us, oldest first; another store's conversations are left out."""
    return await _page(session, caller, paging, col(Conversation.customer_id), customer_id)


async def _page(
    session: AsyncSession, caller: Principal, paging: Pager, whose: Mapped[Any], key: str
) -> Page[ConversationView]:
    found, following = await queries.page(session, caller, paging, whose, key)
    return paging.page([_view(conversation) for conversation in found], following)
