"""REST: how far scoring is behind, by which rules it scores, and which strategies it knows."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.scoring.evaluation.due import DUE
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.strategies import STRATEGIES, StrategyKind
from shared import clock
from shared.database import raw_connection

router = APIRouter(tags=["status"])
UNSEEN = timedelta(seconds=10)

_STATUS = f"""
    select
        (select coalesce(sum(greatest(end_offset - next_offset, 0)), 0) from offsets) as lag_events,
        (select coalesce(extract(epoch from now() - min(coalesce(reached, observed_at))), 0) from offsets
         where end_offset > next_offset) as lag_seconds,
        (select min(observed_at) from offsets) as observed_at,
        (select count(*) from (select from marks limit 10000) as counted) as marks,
        (select count(*) from ({DUE}) as counted) as due,
        (select number from generations where state = 'live') as generation,
        (select extract(epoch from now() - min(marked_at)) from marks) as oldest_mark_seconds,
        now() as now
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
    there are any; both null when nobody has looked for a while. `observed_at`: when somebody last did.
    `marks`, `due`: customers' marks and cards that wait for an evaluation (each counted up to 10,000), the
    oldest mark for `oldest_mark_seconds`.
    """

    lag_events: int | None
    lag_seconds: float | None
    observed_at: datetime | None
    marks: int
    due: int
    oldest_mark_seconds: float | None
    generation: int
    last_close: LastClose | None


class StrategyView(BaseModel):
    """One way to win or to keep a customer."""

    code: str
    name: str
    kind: StrategyKind
    meaning: str


class Catalogue(BaseModel):
    """All of them, those that win customers first. A retailer may use codes of its own beside these."""

    items: list[StrategyView]


@router.get("/status")
async def status(request: Request) -> Status:
    """How far scoring is behind."""
    async with raw_connection(request.app.state.engine) as connection:
        found = await connection.fetchrow(_STATUS, clock.now(), 10_000)
        last = await connection.fetchrow(_LAST)
    told = dict(found or {})
    if told["observed_at"] is None or told["now"] - told["observed_at"] > UNSEEN:
        told |= {"lag_events": None, "lag_seconds": None}
    return Status(**told, last_close=LastClose(**dict(last)) if last else None)


@router.get("/rules")
async def rules(request: Request) -> dict[str, Any]:
    """The rules in force: weights, windows, thresholds, with their version."""
    in_force: Rules = request.app.state.cards.rules
    return in_force.model_dump(mode="json")


@router.get("/strategies")
async def strategies() -> Catalogue:
    """The field's strategies to win and to keep customers; objectives, campaigns and next actions name them by code."""
    return Catalogue(items=[StrategyView(**strategy._asdict()) for strategy in STRATEGIES])
