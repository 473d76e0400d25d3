"""Reading conversations: whoever may see the visit or the touchpoint may see what was said there."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.customers.conversations.tables import Conversation
from services.customers.touchpoints import queries as touchpoints
from services.customers.touchpoints.tables import Touchpoint
from services.customers.visits import queries as visits
from services.customers.visits.tables import Visit
from shared.web.auth import Principal
from shared.web.cursors import Pager, keyset
from shared.web.problems import NOT_FOUND, Problem


async def one(session: AsyncSession, conversation_id: str, caller: Principal) -> Conversation:
    """The conversation of that id; raises a 404 problem, for another store's too."""
    found = await session.get(Conversation, conversation_id)
    if found is None:
        raise Problem(NOT_FOUND, f"no conversation {conversation_id}")
    if found.visit_id is not None:
        await visits.one(session, found.visit_id, caller)
    if found.touchpoint_id is not None:
        await touchpoints.one(session, found.touchpoint_id, caller)
    return found


async def page(
    session: AsyncSession, caller: Principal, paging: Pager, whose: Mapped[Any], key: str
) -> tuple[list[Conversation], str | None]:
    """Conversations of one visit, touchpoint or customer (`whose`, a column), oldest first, and the next cursor.

    Another store's are left out.
    """
    query = select(Conversation).where(whose == key)
    if caller.stores is not None:
        visit = col(Conversation.visit_id).in_(select(col(Visit.id)).where(visits.shown(caller)))
        touchpoint = col(Conversation.touchpoint_id).in_(select(col(Touchpoint.id)).where(touchpoints.shown(caller)))
        query = query.where(or_(visit, touchpoint))
    order = col(Conversation.created_at), col(Conversation.id)
    return await keyset(session, query, paging.limit, paging.cursor, *order)
