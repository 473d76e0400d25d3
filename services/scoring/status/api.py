"""REST: how far scoring is behind, and by which rules it scores."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.scoring.metrics.rules import Rules
from shared.database import raw_connection

router = APIRouter(tags=["status"])

_STATUS = """
    select
        (select coalesce(sum(greatest(end_offset - next_offset, 0)), 0) from offsets) as lag_events,
        (select coalesce(extract(epoch from now() - min(coalesce(reached, observed_at))), 0) from offsets
         where end_offset > next_offset) as lag_seconds,
        (select min(observed_at) from offsets) as observed_at,
        (select count(*) from (select from marks limit 10000) as counted) as marks,
        (select count(*) from (select from cards where next_review_at <= now() limit 10000) as counted) as due,
        (select number from generations where live) as generation
"""
_LAST = """
    select as_of, revision, finished_at from closes where state = 'done' order by finished_at desc limit 1
"""


class LastClose(BaseModel):
    """The close that was finished last."""

    as_of: datetime
    revision: int
    finished_at: datetime


class Status(BaseModel):
    """`lag_events`: records on the topics not taken in; `lag_seconds`: age of what was taken in last, where
    there are any; `observed_at`: when that was last looked at; `marks`, `due`: customers' marks and cards that
    wait for an evaluation (each counted up to 10,000).
    """

    lag_events: int
    lag_seconds: float
    observed_at: datetime | None
    marks: int
    due: int
    generation: int
    last_close: LastClose | None


@router.get("/status")
async def status(request: Request) -> Status:
    """How far scoring is behind."""
    async with raw_connection(request.app.state.engine) as connection:
        found = await connection.fetchrow(_STATUS)
        last = await connection.fetchrow(_LAST)
    return Status(**dict(found or {}), last_close=LastClose(**dict(last)) if last else None)


@router.get("/rules")
async def rules(request: Request) -> dict[str, Any]:
    """The rules in force: weights, windows, thresholds, with their version."""
    in_force: Rules = request.app.state.cards.rules
    return in_force.model_dump(mode="json")
