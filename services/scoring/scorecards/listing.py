"""REST: the list of customers by what their cards say (S02, S03, S04)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.metrics.course import Phase
from services.scoring.scorecards.ranges import CARDS, Key, Sort, ranges
from shared.events.values import ID_PATTERN
from shared.web.app import Caller
from shared.web.cursors import Page, Paging
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter(tags=["scorecards"])
_IN_USE = text("select active from segments where id = :id")


class Summary(BaseModel):
    """A customer in a list: what the card of `as_of` said. `index`: 0–100; null where too little is known."""

    customer_id: str
    as_of: datetime
    index: float | None = Field(validation_alias="index_value")
    phase: Phase
    bond_level: int | None
    at_risk: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the list; a customer without an index or a level is not among those who have to have one."""

    min_index: Annotated[float | None, Query(ge=0, le=100, description="this index or a higher one")] = None
    phase: Phase | None = None
    bond_level: Annotated[int | None, Query(ge=0, le=4, description="the level that holds the customer")] = None
    at_risk: bool | None = None
    segment: Annotated[str | None, Query(pattern=ID_PATTERN, description="in this segment; 404 without one")] = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What the cards must fulfil."""
        demanded = {name: getattr(self, name) for name in ("phase", "bond_level", "at_risk")}
        # Who is known by facts of the future alone is nobody yet.
        found: list[ColumnElement[bool]] = [CARDS.c.phase.is_not(None)]
        found += [CARDS.c[name] == value for name, value in demanded.items() if value is not None]
        if self.segment is not None:
            found.append(CARDS.c.segments.contains([self.segment]))
        return found if self.min_index is None else [*found, CARDS.c.index_value >= self.min_index]


@router.get("/customers")
async def customers(
    request: Request,
    caller: Caller,
    paging: Paging,
    wanted: Annotated[Wanted, Depends()],
    sort: Annotated[Sort, Query(description="without an index come last; ties by `customer_id`")] = Sort.ID,
) -> Page[Summary]:
    """Customers as their stored cards show them, for the whole chain's tokens.

    A card that new facts have marked or whose review is due is a moment behind until the evaluator has made it
    anew; `GET /v1/customers/{id}/scorecard` is not. Nobody is in a segment that is not `active`; how many cards are
    still to be held against another rule: `due` of `GET /v1/segments/{id}/members`.
    """
    caller.demand_chain()
    after = None if paging.cursor is None else Key.of(paging.cursor, sort)
    async with request.app.state.engine.connect() as connection:
        if wanted.segment is not None and not await _in_use(connection, wanted.segment):
            return paging.page([], None)
        rows = await _rows(connection, wanted, sort, after, paging.limit + 1)
    shown = [Summary.model_validate(row, from_attributes=True) for row in rows[: paging.limit]]
    if len(rows) <= paging.limit:
        return paging.page(shown, None)
    return paging.page(shown, Key(shown[-1].index, shown[-1].customer_id).cursor(sort))


async def _in_use(connection: AsyncConnection, segment: str) -> bool:
    """Whether anybody can be in the segment; raises 404 where there is none."""
    active: bool | None = await connection.scalar(_IN_USE, {"id": segment})
    if active is None:
        raise Problem(NOT_FOUND, f"no segment {segment}")
    return active


async def _rows(
    connection: AsyncConnection, wanted: Wanted, sort: Sort, after: Key | None, count: int
) -> list[Row[tuple[object, ...]]]:
    rows: list[Row[tuple[object, ...]]] = []
    for part in ranges(sort, after):
        query = select(CARDS).where(*part.where, *wanted.conditions()).order_by(*part.order)
        rows += (await connection.execute(query.limit(count - len(rows)))).all()
        if len(rows) == count:
            break
    return rows
