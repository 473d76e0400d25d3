"""Reading the logbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Query
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.logbook.domain import day_of_store
from services.complaints.logbook.tables import LogbookEntry, LogbookNote
from services.complaints.served.queries import zone
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Code, Day, Id
from shared.web.problems import INVALID, NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `day`: of the store's calendar, so `store_id` must be told with it."""

    store_id: Id | None = None
    day: Annotated[Day | None, Query(description="in the store's time zone; needs `store_id`")] = None
    kind: Code | None = None
    incident_id: Id | None = None


class Told(NamedTuple):
    """An entry and its words, if it has any. `existed`: a command found it there, with the same content."""

    entry: LogbookEntry
    words: LogbookNote | None
    existed: bool = False


async def one(session: AsyncSession, entry_id: str, caller: Principal) -> Told:
    """The entry of that id; raises a 404 problem, for another store's too."""
    entry = await session.get(LogbookEntry, entry_id)
    if entry is None:
        raise Problem(NOT_FOUND, f"no entry {entry_id}")
    caller.hide_other_stores(entry.store_id)
    return await told(session, entry)


async def told(session: AsyncSession, entry: LogbookEntry, *, existed: bool = False) -> Told:
    """The entry with its words."""
    [found] = await _with_words(session, [entry])
    return found._replace(existed=existed)


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Told], str | None]:
    """Entries in the order of what they tell, and the next cursor. Raises 422 for a day without a store."""
    query = select(LogbookEntry).where(*await _conditions(session, filters))
    if caller.stores is not None:
        query = query.where(col(LogbookEntry.store_id).in_(sorted(caller.stores)))
    entries, following = await keyset(
        session, query, limit, cursor, col(LogbookEntry.occurred_at), col(LogbookEntry.id)
    )
    return await _with_words(session, entries), following


async def _conditions(session: AsyncSession, filters: Filters) -> list[ColumnElement[bool]]:
    told = {"store_id": filters.store_id, "kind": filters.kind, "incident_id": filters.incident_id}
    found = [getattr(LogbookEntry, name) == value for name, value in told.items() if value is not None]
    if filters.day is not None:
        found += await _within(session, filters.store_id, filters.day)
    return found


async def _within(session: AsyncSession, store_id: str | None, day: date) -> list[ColumnElement[bool]]:
    if store_id is None:
        fault = {"pointer": "/store_id", "detail": "a day is a store's day: say which"}
        raise Problem(INVALID, "look at /store_id", errors=[fault])
    span = day_of_store(day, await zone(session, store_id))
    return [col(LogbookEntry.occurred_at) >= span.start, col(LogbookEntry.occurred_at) < span.end]


async def _with_words(session: AsyncSession, entries: Sequence[LogbookEntry]) -> list[Told]:
    query = select(LogbookNote).where(col(LogbookNote.entry_id).in_([entry.id for entry in entries]))
    words = {row.entry_id: row for row in (await session.execute(query)).scalars()}
    return [Told(entry, words.get(entry.id)) for entry in entries]
