"""REST: retention, repurchase and defection rates, and the size of the loyal base (S06)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from services.scoring.findings import store as findings
from services.scoring.findings.store import Finding
from services.scoring.rates.rows import Key, Row, groups, periods, row
from services.scoring.scorecards.asked import AsOf, past
from services.scoring.studies.rates import RATES, TOTAL
from shared.database import raw_connection
from shared.events.values import ID_PATTERN
from shared.web.app import Caller
from shared.web.cursors import Page, Paging, decode, encode, instant, number
from shared.web.problems import INVALID, NOT_FOUND, Problem

router = APIRouter(tags=["rates"])
Grouping = Literal["cohort", "store", "format", "segment"]
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
PERIOD = r"^[0-9]{4}-(0[1-9]|1[0-2]|Q[1-4])$"
Group = Annotated[str | None, Query(pattern=ID_PATTERN)]


class RatePage(Page[Row]):
    """Rates by group and period, as the close as of `as_of` found them.

    `observed_since`: the first purchase of the base. `segments_as_of`: when who was in a segment. `loyal_base`: its
    size as of the close, by each group on this page.
    """

    as_of: datetime
    revision: int
    observed_since: datetime | None
    segments_as_of: datetime
    loyal_base: dict[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rates: of a period or of all told; of everybody, of one group, or of each group of a grouping."""

    period: Annotated[str | None, Query(pattern=PERIOD, description="`2017-10` or `2017-Q4`")] = None
    cohort: Annotated[str | None, Query(pattern=MONTH, description="month of the first purchase")] = None
    store: Annotated[Group, Query(description="the main store in the year before the period")] = None
    format: Annotated[Group, Query(description="of that store, or `unknown`")] = None
    segment: Annotated[Group, Query(description="told of the latest periods alone")] = None
    by: Annotated[Grouping | None, Query(description="each group of it")] = None

    def whose(self) -> tuple[str, str | None]:
        """The grouping and the group, None for each of it; raises 422 where more than one is asked for."""
        groupings = ("cohort", "store", "format", "segment", "by")
        told = {name: getattr(self, name) for name in groupings if getattr(self, name) is not None}
        if len(told) > 1:
            faults = [{"pointer": f"/{name}", "detail": "ask for one at a time"} for name in told]
            raise Problem(INVALID, f"{' and '.join(told)} can't be asked for together", errors=faults)
        if self.by is not None:
            return self.by, None
        return next(iter(told.items()), (TOTAL, TOTAL))


@router.get("/rates")
async def rates(
    request: Request, caller: Caller, paging: Paging, wanted: Annotated[Wanted, Depends()], as_of: AsOf = None
) -> RatePage:
    """Rates by month and quarter, as the newest close not after `as_of` found them; by group, the months before the
    quarters. A cursor goes on in what the close of the first page found, though there be a newer one.

    A token bound to stores may ask for each of its own.
    """
    by, group = wanted.whose()
    if wanted.store is None:
        caller.demand_chain()
    else:
        caller.hide_other_stores(wanted.store)
    last: Key | None = None
    if paging.cursor is None:
        found = await _found(request, as_of)
    else:
        found, last = await _further(request, paging.cursor, by)
    told = _periods(found, by, wanted.period)
    keys = _behind([Key(each, name) for each in _chosen(found, by, group) for name in told], last)
    shown = keys[: paging.limit]
    following = encode(found.as_of, found.revision, by, *shown[-1]) if len(keys) > paging.limit else None
    page = paging.page([row(found.content, by, key) for key in shown], following)
    return RatePage(
        items=page.items,
        next=page.next,
        as_of=found.as_of,
        revision=found.revision,
        observed_since=found.content["observed_since"],
        segments_as_of=found.content["segments_as_of"],
        loyal_base={key.group: found.content["loyal"][by].get(key.group, 0) for key in shown},
    )


async def _found(request: Request, as_of: datetime | None) -> Finding:
    moment = None if as_of is None else past(as_of)
    async with raw_connection(request.app.state.engine) as connection:
        found = await findings.newest(connection, RATES, moment)
    if found is None:
        raise Problem(NOT_FOUND, "no close has told rates by then")
    return found


async def _further(request: Request, cursor: str, by: str) -> tuple[Finding, Key]:
    """What the first page was made of, and the last row before this one; 422 for a cursor of another list."""
    as_of, revision, of, *last = decode(cursor, 5)
    async with raw_connection(request.app.state.engine) as connection:
        found = await findings.at(connection, RATES, instant(as_of), number(revision))
    if found is None or of != by:
        raise _foreign()
    return found, Key(*last)


def _behind(keys: list[Key], last: Key | None) -> list[Key]:
    if last is None:
        return keys
    if last not in keys:
        raise _foreign()
    return keys[keys.index(last) + 1 :]


def _foreign() -> Problem:
    fault = {"pointer": "/cursor", "detail": "not of this list"}
    return Problem(INVALID, "this cursor is not of this list", errors=[fault])


def _chosen(found: Finding, by: str, group: str | None) -> list[str]:
    known = groups(found.content, by)
    if group is None:
        return known
    if group not in known:
        raise Problem(NOT_FOUND, f"nothing is told of the {by} {group}")
    return [group]


def _periods(found: Finding, by: str, wanted: str | None) -> list[str]:
    told = periods(found.content, by)
    if wanted is None:
        return told
    if wanted not in told:
        raise Problem(NOT_FOUND, f"nothing is told of {wanted}; what is told: {', '.join(told) or 'nothing'}")
    return [wanted]
