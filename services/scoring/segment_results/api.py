"""REST: what closes found of segments and of everybody (S07, S08, S10), for the whole chain's tokens.

Everywhere `all` stands for everybody, and in a profile `best` for the best customers; no segment has such an id.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from services.scoring.findings import store as findings
from services.scoring.findings.store import Finding
from services.scoring.membership.segments import ALL, BEST, BUILT_IN
from services.scoring.metrics.reference import rfc3339
from services.scoring.scorecards.asked import AsOf, past
from services.scoring.segment_results.models import Effectiveness, Profit
from services.scoring.segment_results.portraits import Profile
from services.scoring.segment_results.receptions import BasePropensity, Propensity
from shared.database import Connection, raw_connection
from shared.events.values import ID_PATTERN
from shared.web.app import Caller
from shared.web.problems import NOT_FOUND, Problem

router = APIRouter(tags=["segment results"])
SegmentId = Annotated[str, Path(pattern=ID_PATTERN)]
PROFILE = "segment_profile"

_KNOWN = "select exists (select from segments where id = $1)"


@router.get("/segments/{segment_id}/profit")
async def profit(request: Request, caller: Caller, segment_id: SegmentId, as_of: AsOf = None) -> Profit:
    """Profit of a segment over the last period and the one before, by the newest close not after `as_of`."""
    caller.demand_chain()
    found, told = await _asked(request, "results", segment_id, as_of)
    periods = {name: found.content[name] for name in ("now", "before")}
    return Profit.of(found, segment_id, told, periods)


@router.get("/effectiveness")
async def effectiveness(
    request: Request,
    caller: Caller,
    segment: Annotated[str, Query(pattern=ID_PATTERN, description="a segment; everybody where none is told")] = ALL,
    as_of: AsOf = None,
) -> Effectiveness:
    """Before and after: the last period and the one before, of the same customers."""
    caller.demand_chain()
    found, told = await _asked(request, "results", segment, as_of)
    return Effectiveness.of(found, segment, told, {name: _side(found, told, name) for name in ("now", "before")})


@router.get("/segments/{segment_id}/propensity")
async def propensity(request: Request, caller: Caller, segment_id: SegmentId, as_of: AsOf = None) -> Propensity:
    """How often a segment takes each kind of offer, beside everybody, and what campaigns brought."""
    caller.demand_chain()
    found, told = await _asked(request, "propensity", segment_id, as_of)
    return Propensity.of(found, segment_id, told, {"since": found.content["period_starts"], "base": found.content[ALL]})


@router.get("/propensity")
async def base_propensity(request: Request, caller: Caller, as_of: AsOf = None) -> BasePropensity:
    """How often everybody takes each kind of offer, and what each campaign of the window brought."""
    caller.demand_chain()
    async with raw_connection(request.app.state.engine) as connection:
        found = await _newest(connection, "propensity", as_of)
    return BasePropensity.of(found, ALL, found.content["window"], {"since": found.content["window_starts"]})


@router.get("/segments/{segment_id}/profile")
async def profile(request: Request, caller: Caller, segment_id: SegmentId, as_of: AsOf = None) -> Profile:
    """What the members of a segment are like, beside the best customers and everybody; and its attractiveness."""
    caller.demand_chain()
    found, told = await _asked(request, PROFILE, segment_id, as_of)
    return Profile.of(found, segment_id, told, {"best": found.content[BEST], "base": found.content[ALL]})


async def _asked(request: Request, name: str, segment: str, as_of: datetime | None) -> tuple[Finding, dict[str, Any]]:
    """The finding, and what it tells of the segment; 404 where there is no such segment, or no close has seen it."""
    if segment == BEST and name != PROFILE:
        raise Problem(NOT_FOUND, f"only a profile is told of {BEST}")
    async with raw_connection(request.app.state.engine) as connection:
        if segment not in BUILT_IN and not await connection.fetchval(_KNOWN, segment):
            raise Problem(NOT_FOUND, f"no segment {segment}")
        found = await _newest(connection, name, as_of)
    told = (found.content if segment in BUILT_IN else found.content["segments"]).get(segment)
    if told is None:
        raise Problem(NOT_FOUND, f"the close as of {rfc3339(found.as_of)} tells nothing of {segment}: close first")
    return found, told


async def _newest(connection: Connection, name: str, as_of: datetime | None) -> Finding:
    found = await findings.newest(connection, name, None if as_of is None else past(as_of))
    if found is None:
        raise Problem(NOT_FOUND, "no close has been made by then: close first")
    return found


def _side(found: Finding, told: dict[str, Any], name: str) -> dict[str, Any]:
    money = {currency: books[name] for currency, books in told["currencies"].items()}
    return {**told[name], "money": money, "period": found.content[name]}
