"""How many of the acquisitions that began in a period were secured, by each of the five factors (C05)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    String,
    Subquery,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.tables import Customer
from services.customers.prospects.domain import STAGES
from services.customers.prospects.models import ConversionView, Factor, Rate
from services.customers.prospects.tables import LostAcquisition, Prospect
from shared.web.cursors import decode, encode


@dataclass(frozen=True, slots=True)
class Period:
    """The days, UTC, in which the acquisitions began; `until` is exclusive, None: without a bound."""

    since: date | None
    until: date | None


Parts = tuple[list[ConversionView], str | None]


async def page(session: AsyncSession, by: Factor, period: Period, limit: int, cursor: str | None) -> Parts:
    """The values of a factor in their order, who has none first, and the next cursor."""
    begun = _begun(period)
    # Where it is not known: "", which no value is.
    value = func.coalesce(_value(by, begun), "")
    query = _counts(begun, value).group_by(value).order_by(value).limit(limit + 1)
    if cursor is not None:
        query = query.where(value > decode(cursor, 1)[0])
    rows = (await session.execute(query)).all()
    following = encode(rows[limit - 1].value) if len(rows) > limit else None
    return [_view(row) for row in rows[:limit]], following


async def total(session: AsyncSession, period: Period) -> ConversionView:
    """The same of everybody."""
    query = _counts(_begun(period), null())
    return _view((await session.execute(query)).one())


def _begun(period: Period) -> Subquery:
    """All acquisitions of the period, those that were lost before the newest one among them."""
    every: CompoundSelect[Any] = union_all(*(_of(table, period) for table in (Prospect, LostAcquisition)))
    return every.subquery("begun")


def _of(table: type[Prospect | LostAcquisition], period: Period) -> Select[Any]:
    shown = (table.customer_id, table.product_id, table.furthest, table.outcome)
    query: Select[Any] = select(*[cast("ColumnElement[Any]", each) for each in shown])
    if period.since is not None:
        query = query.where(col(table.occurred_at) >= _midnight(period.since))
    if period.until is not None:
        query = query.where(col(table.occurred_at) < _midnight(period.until))
    return query


def _value(by: Factor, begun: Subquery) -> ColumnElement[Any]:
    unknown = literal("?", String)  # which is no code
    region, sector = col(Customer.region), col(Customer.sector)
    both = func.coalesce(region, unknown) + "/" + func.coalesce(sector, unknown)
    environment = case((region.is_(None) & sector.is_(None), null()), else_=both)
    values: dict[Factor, Any] = {
        "buying_type": Customer.buying_type,
        "product": begun.c.product_id,
        "kind": Customer.kind,
        "environment": environment,
        "lifestyle": Customer.lifestyle,
    }
    found: ColumnElement[Any] = values[by]
    return found


def _counts(begun: Subquery, value: ColumnElement[Any]) -> Select[Any]:
    stages = [func.count().filter(begun.c.furthest == stage).label(stage) for stage in STAGES]
    ends = [func.count().filter(begun.c.outcome == outcome).label(outcome) for outcome in ("secured", "lost")]
    counted = select(value.label("value"), func.count().label("begun"), *stages, *ends)
    return counted.select_from(begun).join(Customer, col(Customer.id) == begun.c.customer_id)


def _view(row: Row[Any]) -> ConversionView:
    share = row.secured / row.begun if row.begun else None
    return ConversionView(
        value=row.value or None,
        begun=row.begun,
        furthest={stage: row._mapping[stage] for stage in STAGES},
        secured=row.secured,
        lost=row.lost,
        conversion=Rate(n=row.begun, count=row.secured, share=share),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
