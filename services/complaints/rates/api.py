"""REST: complaints per 10,000 transactions, visits and services of a store (K08)."""

from datetime import UTC, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.rates import queries
from services.complaints.rates.models import RateView
from services.complaints.rates.queries import Period
from services.complaints.served.queries import UNKNOWN_ZONE, zone
from shared.events.values import ID_PATTERN
from shared.web.app import Caller, Reading
from shared.web.cursors import Page, Paging
from shared.web.fields import Day, Instant
from shared.web.problems import INVALID, Problem

router = APIRouter(prefix="/stores", tags=["complaint rates"])
StoreId = Annotated[str, Path(pattern=ID_PATTERN)]
Bound = Day | Instant


class Bounds:
    """The period that is asked for: days of the store's calendar, or instants; without its end."""

    def __init__(
        self,
        start: Annotated[Bound, Query(alias="from", description="a day or an instant")],
        end: Annotated[Bound, Query(alias="to", description="a day or an instant; the first that is out of it")],
    ) -> None:
        self.start, self.end = start, end

    def period(self, time_zone: str) -> Period:
        """The period in UTC; raises a 422 problem for one that ends before it begins."""
        start, end = (_instant(bound, time_zone) for bound in (self.start, self.end))
        if end <= start:
            fault = {"pointer": "/to", "detail": "not after /from"}
            raise Problem(INVALID, "look at /to", errors=[fault])
        return Period(start, end)


Asked = Annotated[Bounds, Depends()]


@router.get("/complaint-rates")
async def rates(
    session: Reading,
    caller: Caller,
    asked: Asked,
    paging: Paging,
    sort: Annotated[
        Literal["store_id", "rate"], Query(description="the highest rate per transaction first, none last")
    ] = "store_id",
) -> Page[RateView]:
    """Every store where something happened, a token bound to stores sees its own; days are those of UTC."""
    stores = None if caller.stores is None else sorted(caller.stores)
    found = await queries.rates(session, asked.period(UNKNOWN_ZONE), stores)
    if sort == "rate":
        found.sort(key=_highest)
    return paging.cut(found, lambda rate: rate.store_id)


@router.get("/{store_id}/complaint-rate")
async def rate(store_id: StoreId, session: Reading, caller: Caller, asked: Asked) -> RateView:
    """One store's rates of complaints in a period."""
    caller.hide_other_stores(store_id)
    return await _rate(session, store_id, asked)


async def _rate(session: AsyncSession, store_id: str, asked: Bounds) -> RateView:
    return await queries.rate(session, store_id, asked.period(await zone(session, store_id)))


def _instant(bound: Bound, time_zone: str) -> datetime:
    if isinstance(bound, datetime):
        return bound
    return datetime.combine(bound, time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def _highest(rate: RateView) -> tuple[bool, float]:
    found = rate.per_10000_transactions
    return (found is None, 0.0 if found is None else -found.value)
