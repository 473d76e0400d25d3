"""Reading parties."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.parties.domain import PartyKind
from services.customers.parties.tables import Party
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `active`: those who are here, or those who left."""

    kind: PartyKind | None = None
    home_store_id: Id | None = None
    active: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        found: list[ColumnElement[bool]] = []
        if self.kind is not None:
            found.append(col(Party.kind) == self.kind)
        if self.home_store_id is not None:
            found.append(col(Party.home_store_id) == self.home_store_id)
        if self.active is not None:
            found.append(col(Party.left_at).is_(None) if self.active else col(Party.left_at).is_not(None))
        return found


async def one(session: AsyncSession, party_id: str) -> Party:
    """The party of that id; raises a 404 problem."""
    row = await session.get(Party, party_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no partner {party_id}")
    return row


async def page(
    session: AsyncSession, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Party], str | None]:
    """Parties as they were taken down, oldest first, and the next cursor."""
    query = select(Party).where(*filters.conditions())
    return await keyset(session, query, limit, cursor, col(Party.created_at), col(Party.id))
