"""Reading preferences."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.preferences.tables import Preference
from services.customers.profiles.belongings import one_of
from shared.web.cursors import keyset
from shared.web.fields import Code


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `withdrawn`: whether it holds no more."""

    topic: Code | None = None
    withdrawn: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        found: list[ColumnElement[bool]] = []
        if self.topic is not None:
            found.append(col(Preference.topic) == self.topic)
        if self.withdrawn is not None:
            column = col(Preference.withdrawn_at)
            found.append(column.is_not(None) if self.withdrawn else column.is_(None))
        return found


async def one(session: AsyncSession, customer_id: str, preference_id: str) -> Preference:
    """The customer's preference of that id; raises a 404 problem."""
    return await one_of(session, Preference, customer_id, preference_id, "preference")


async def page(
    session: AsyncSession, customer_id: str, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Preference], str | None]:
    """A customer's preferences as they were taken down, oldest first, and the next cursor."""
    query = select(Preference).where(col(Preference.customer_id) == customer_id, *filters.conditions())
    return await keyset(session, query, limit, cursor, col(Preference.created_at), col(Preference.id))
