"""Reading suggestions and models. A suggestion of no store may be read and answered in every store."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.suggestions.tables import Suggestion, SuggestionModel
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `open`: without an answer."""

    customer_id: Id | None = None
    open: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        found: list[ColumnElement[bool]] = []
        if self.customer_id is not None:
            found.append(col(Suggestion.customer_id) == self.customer_id)
        if self.open is not None:
            unanswered = col(Suggestion.accepted).is_(None)
            found.append(unanswered if self.open else ~unanswered)
        return found


async def one(session: AsyncSession, suggestion_id: str, caller: Principal) -> Suggestion:
    """The suggestion of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Suggestion, suggestion_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no suggestion {suggestion_id}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Suggestion], str | None]:
    """Suggestions, the oldest first, and the next cursor."""
    query = select(Suggestion).where(*filters.conditions())
    if caller.stores is not None:
        store = col(Suggestion.store_id)
        query = query.where(or_(store.is_(None), store.in_(sorted(caller.stores))))
    return await keyset(session, query, limit, cursor, col(Suggestion.occurred_at), col(Suggestion.id))


async def model(session: AsyncSession, model_id: str) -> SuggestionModel:
    """The model of that id; raises a 404 problem."""
    row = await session.get(SuggestionModel, model_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no suggestion model {model_id}")
    return row


async def models(session: AsyncSession, limit: int, cursor: str | None) -> tuple[list[SuggestionModel], str | None]:
    """Models in the order in which they were asked for, and the next cursor."""
    query = select(SuggestionModel)
    return await keyset(session, query, limit, cursor, col(SuggestionModel.created_at), col(SuggestionModel.id))


async def newest(session: AsyncSession, as_of: datetime) -> SuggestionModel | None:
    """The trained model of the greatest date that is not after `as_of`, the one trained last of those."""
    ready = select(SuggestionModel).where(col(SuggestionModel.state) == "ready", col(SuggestionModel.as_of) <= as_of)
    order = col(SuggestionModel.as_of).desc(), col(SuggestionModel.finished_at).desc(), col(SuggestionModel.id)
    return (await session.execute(ready.order_by(*order).limit(1))).scalar_one_or_none()
