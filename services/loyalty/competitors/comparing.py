"""What competitors ask beside what our customers pay, and how often they were met."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.competitors.domain import difference
from services.loyalty.competitors.models import ComparedView, OfferView
from services.loyalty.competitors.observation_models import KindView
from services.loyalty.competitors.tables import CompetitorObservation, CompetitorOffer
from shared.aliases import families
from shared.events.loyalty import ObservationKind

WINDOW = timedelta(days=90)
"""How long what was paid speaks for our price."""
DECIMALS = 6
"""Of our price: what weighs little costs less than a currency's smallest coin."""
_PAID = """
    select {of} as of, count(*) as n, percentile_disc(0.5) within group (order by paid_amount / quantity) as median
    from purchase_lines join purchases on purchases.id = purchase_id
    where {of} = any(:wanted) and currency = :currency and quantity > 0
    and occurred_at > :since and occurred_at <= :until
    group by {of}
"""
_OF_PRODUCTS, _OF_CATEGORIES = text(_PAID.format(of="product_id")), text(_PAID.format(of="category"))


class Paid(NamedTuple):
    """What was paid for one piece: the median of `n` lines, of two in the middle the lower."""

    median: Decimal
    n: int


async def compared(session: AsyncSession, offers: Sequence[CompetitorOffer], as_of: datetime) -> list[ComparedView]:
    """Offers in one currency, each beside the median paid for a piece in the `WINDOW` up to that moment.

    What came back is not taken off: it was paid for when it was bought.
    """
    products = await _paid(session, _OF_PRODUCTS, [each.product_id for each in offers], offers, as_of)
    categories = await _paid(session, _OF_CATEGORIES, [each.category for each in offers], offers, as_of)
    return [_beside(each, products.get(each.product_id) or categories.get(each.category)) for each in offers]


def seen(currency: str, as_of: datetime) -> tuple[ColumnElement[bool], ...]:
    """Which offers there were at that moment, in that currency."""
    return col(CompetitorOffer.currency) == currency, col(CompetitorOffer.seen_on) <= as_of.date()


async def kinds(
    session: AsyncSession, competitor_id: str, since: datetime | None, until: datetime | None
) -> list[KindView]:
    """What was observed of a competitor from `since` on and before `until`, in the order of the kinds."""
    kind, customer, at = (
        col(CompetitorObservation.kind),
        col(CompetitorObservation.customer_id),
        col(CompetitorObservation.occurred_at),
    )
    query = select(kind, customer, func.count()).where(col(CompetitorObservation.competitor_id) == competitor_id)
    query = query.where(at >= since) if since else query
    query = query.where(at < until) if until else query
    rows = (await session.execute(query.group_by(kind, customer))).all()
    known = await families(session, {row[1] for row in rows if row[1] is not None})
    found, people = Counter[str](), defaultdict[str, set[str]](set)
    for what, who, often in rows:
        found[what] += often
        people[what] |= {min(known[who])} if who is not None else set()
    return [
        KindView(kind=cast("ObservationKind", what), observations=found[what], customers=len(people[what]))
        for what in sorted(found)
    ]


async def _paid(
    session: AsyncSession, query: Any, wanted: Sequence[str | None], offers: Sequence[CompetitorOffer], as_of: datetime
) -> dict[str | None, Paid]:
    names = sorted({each for each in wanted if each is not None})
    if not names:
        return {}
    told = {"wanted": names, "currency": offers[0].currency, "since": as_of - WINDOW, "until": as_of}
    return {row.of: Paid(row.median, row.n) for row in await session.execute(query, told)}


def _beside(offer: CompetitorOffer, paid: Paid | None) -> ComparedView:
    view = OfferView.model_validate(offer)
    if paid is None:
        return ComparedView(offer=view, ours=None, n=0, difference=None, cheaper=None)
    ours = round(paid.median, DECIMALS)
    share, cheaper = difference(offer.price, ours)
    return ComparedView(offer=view, ours=ours, n=paid.n, difference=share, cheaper=cheaper)
