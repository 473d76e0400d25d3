"""Reading conversations."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.customers.conversations.tables import Conversation
from shared.web.cursors import Pager, keyset
from shared.web.problems import NOT_FOUND, Problem


async def one(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation of that id; raises a 404 problem."""
    found = await session.get(Conversation, conversation_id)
    if found is None:
        raise Problem(NOT_FOUND, f"no conversation {conversation_id}")
    return found


async def page(
    session: AsyncSession, paging: Pager, whose: Mapped[Any], key: str
) -> tuple[list[Conversation], str | None]:
    """Conversations of one visit, touchpoint or customer (`whose`, a column), oldest first, and the next cursor."""
    query = select(Conversation).where(whose == key)
    order = col(Conversation.created_at), col(Conversation.id)
    return await keyset(session, query, paging.limit, paging.cursor, *order)
