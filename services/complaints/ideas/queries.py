"""Reading ideas."""

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.ideas.domain import State
from services.complaints.ideas.tables import Idea
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    state: State | None = None
    store_id: Id | None = None
    customer_id: Id | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Idea, name) == value for name, value in asdict(self).items() if value is not None]


async def one(session: AsyncSession, idea_id: str, caller: Principal) -> Idea:
    """The idea of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Idea, idea_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no idea {idea_id}")
    caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Idea], str | None]:
    """Ideas by their age, the oldest first, and the next cursor."""
    query = select(Idea).where(*filters.conditions())
    if caller.stores is not None:
        query = query.where(col(Idea.store_id).in_(sorted(caller.stores)))
    return await keyset(session, query, limit, cursor, col(Idea.occurred_at), col(Idea.id))
