"""Reading the history of an entity, the newest change first."""

from datetime import datetime
from typing import Any

import orjson
from pydantic import field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.history import HISTORY
from shared.web.cursors import Page, Pager, decode, encode, number
from shared.web.fields import View


class ChangeView(View):
    """A change of an entity: when it happened (`at`) and was told (`recorded_at`), by whom, and what.

    `part`: what of the entity, where it is not the entity itself, and then `version` is the part's. `before`
    and `after` hold the changed fields alone; `before` is null for what was not there.
    """

    version: int
    part: str | None
    what: str
    by: str
    at: datetime
    recorded_at: datetime
    before: dict[str, Any] | None
    after: dict[str, Any]

    @field_validator("before", "after", mode="before")
    @classmethod
    def _read(cls, stored: str | None) -> Any:
        return None if stored is None else orjson.loads(stored)


async def page(session: AsyncSession, paging: Pager, entity: str, entity_id: str) -> Page[ChangeView]:
    """One page of an entity's history; whether the caller may see the entity is for them to have asked before."""
    query = select(HISTORY).where(HISTORY.c.entity == entity, HISTORY.c.entity_id == entity_id)
    if paging.cursor is not None:
        query = query.where(HISTORY.c.seq < number(decode(paging.cursor, 1)[0]))
    rows = (await session.execute(query.order_by(HISTORY.c.seq.desc()).limit(paging.limit + 1))).all()
    following = encode(str(rows[paging.limit - 1].seq)) if len(rows) > paging.limit else None
    return paging.page([ChangeView.model_validate(row) for row in rows[: paging.limit]], following)
