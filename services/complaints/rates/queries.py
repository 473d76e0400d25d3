"""Reading rates of complaints."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.rates.domain import frequency
from services.complaints.rates.models import FrequencyView, RateView
from services.complaints.served import queries as served
from services.complaints.served.queries import Served

_COMPLAINTS = text("""
    select store_id, count(*) as complaints from complaints
    where occurred_at >= :start and occurred_at < :end and (:every or store_id = any(:stores))
    and (
        state <> 'withdrawn' or least(acknowledged_at, last_step_at) > due_acknowledge or last_step_at > due_resolve
        or exists (
            select from complaint_timers
            where complaint_id = complaints.id and kind = 'breach' and fired_at is not null
        )
    )
    group by store_id
""")


class Period(NamedTuple):
    """From `start` to before `end`, UTC."""

    start: datetime
    end: datetime


async def rate(session: AsyncSession, store_id: str, period: Period) -> RateView:
    """One store's rates; of a store that nobody heard of, nothing happened there."""
    [found] = await rates(session, period, [store_id]) or [_rate(store_id, period, 0, Served())]
    return found


async def rates(session: AsyncSession, period: Period, stores: Collection[str] | None = None) -> list[RateView]:
    """The rates of these stores, or of all, in the order of their ids; those where nothing happened are left out."""
    bounds = {**period._asdict(), "every": stores is None, "stores": list(stores or ())}
    counted = {row.store_id: row.complaints for row in await session.execute(_COMPLAINTS, bounds)}
    done = await served.counts(session, *period, stores)
    named = sorted({store for store in (*counted, *done) if store is not None})
    return [_rate(store, period, counted.get(store, 0), done.get(store, Served())) for store in named]


def _rate(store_id: str, period: Period, complaints: int, done: Served) -> RateView:
    per = {
        f"per_10000_{what}": FrequencyView.of(frequency(complaints, count)) for what, count in done._asdict().items()
    }
    return RateView(store_id=store_id, **period._asdict(), complaints=complaints, **done._asdict(), **per)
