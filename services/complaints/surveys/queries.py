"""Reading surveys and invitations. One of no store may be read by every store's staff, but for its comment."""

from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.surveys.domain import DETRACTOR, LOW_CSAT, Occasion
from services.complaints.surveys.tables import Survey, SurveyInvitation
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

Row = TypeVar("Row", Survey, SurveyInvitation)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to, each named after its field. `low`: somebody should call the customer back."""

    customer_id: Id | None = None
    store_id: Id | None = None
    about_kind: Occasion | None = None
    about_id: Id | None = None
    low: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        names = ("customer_id", "store_id", "about_kind", "about_id")
        told = {name: value for name in names if (value := getattr(self, name)) is not None}
        found: list[ColumnElement[bool]] = [getattr(Survey, name) == value for name, value in told.items()]
        if self.low is not None:
            found.append(_LOW if self.low else not_(_LOW))
        return found


_LOW = or_(
    func.coalesce(col(Survey.csat) <= LOW_CSAT, False),
    func.coalesce(col(Survey.nps) <= DETRACTOR, False),
    col(Survey.reason_for_leaving).is_not(None),
)
"""`domain.is_low`, as SQL."""


async def one(session: AsyncSession, kind: type[Row], key: str, caller: Principal, what: str) -> Row:
    """The survey or invitation of that id; raises a 404 problem, for another store's too. `what`: it, for people."""
    row = await session.get(kind, key)
    if row is None:
        raise Problem(NOT_FOUND, f"no {what} {key}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Survey], str | None]:
    """Surveys as they were taken down, oldest first, and the next cursor."""
    query = select(Survey).where(*filters.conditions())
    if caller.stores is not None:
        store = col(Survey.store_id)
        query = query.where(or_(store.is_(None), store.in_(sorted(caller.stores))))
    return await keyset(session, query, limit, cursor, col(Survey.created_at), col(Survey.id))
