"""Reading tiers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.programme.queries import in_force
from services.loyalty.tiers import facts
from services.loyalty.tiers.domain import NOTHING, above, spans, spent, walk
from services.loyalty.tiers.models import NextView, TierView
from services.loyalty.tiers.tables import TierSpan
from shared.aliases import families, family
from shared.web.cursors import keyset


class Tiers(NamedTuple):
    """Of which tiers customers were, for who asks of many purchases. By customer, their spans, the latest first."""

    spans: Mapping[str, Sequence[TierSpan]]

    def at(self, customer_id: str, currency: str, at: datetime) -> str | None:
        """The code of the tier that the customer was of just before that moment, by what they spent in that currency;
        or None. So a purchase that reaches a tier is not made in it yet.
        """
        theirs = (span for span in self.spans.get(customer_id, ()) if span.currency == currency and span.since < at)
        return next((span.code for span in theirs if span.until is None or span.until >= at), None)


async def tiers_of(session: AsyncSession, customers: Collection[str]) -> Tiers:
    """Of which tiers these customers were, under whichever id: two queries for all."""
    known = await families(session, customers)
    theirs = col(TierSpan.customer_id).in_(set[str]().union(*known.values()))
    # As they stand now: this transaction may have written some of those that it read before.
    query = select(TierSpan).where(theirs).execution_options(populate_existing=True)
    found: dict[str, list[TierSpan]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        found[row.customer_id].append(row)
    spans = {customer: [row for name in ids for row in found[name]] for customer, ids in known.items()}
    return Tiers({name: sorted(rows, key=attrgetter("since"), reverse=True) for name, rows in spans.items()})


async def standings(session: AsyncSession, customer_id: str, now: datetime) -> list[TierView]:
    """How a customer stands with each currency's tiers of today; nowhere without a card."""
    ids = await family(session, customer_id)
    cards = await facts.holders(session, ids)
    if not cards:
        return []
    since = min(cards.values())
    found = [await _standing(session, ids, currency, since, now) for currency in await facts.currencies(session)]
    return [view for view in found if view is not None]


async def page(
    session: AsyncSession, limit: int, cursor: str | None, customer_id: str
) -> tuple[list[TierSpan], str | None]:
    """Of which tiers the customer was, the newest first, and the next cursor."""
    query = select(TierSpan).where(col(TierSpan.customer_id).in_(await family(session, customer_id)))
    keys = col(TierSpan.since), col(TierSpan.currency), col(TierSpan.customer_id)
    return await keyset(session, query, limit, cursor, *keys, descending=True)


async def stored(session: AsyncSession, ids: Collection[str], currency: str) -> dict[str, list[TierSpan]]:
    """By customer, what stands written of their tiers, oldest first."""
    query = select(TierSpan).where(col(TierSpan.customer_id).in_(ids), col(TierSpan.currency) == currency)
    found: dict[str, list[TierSpan]] = defaultdict(list)
    for row in (await session.execute(query.order_by(col(TierSpan.since)))).scalars():
        found[row.customer_id].append(row)
    return found


async def _standing(
    session: AsyncSession, ids: Collection[str], currency: str, since: datetime, now: datetime
) -> TierView | None:
    rules = await in_force(session, currency, now)
    if rules is None or not rules.tiers:
        return None
    spends = [each for theirs in (await facts.spends(session, ids, currency)).values() for each in theirs]
    net, walked = spent(spends, rules, now), walk(spends, await facts.versions(session, currency), since)
    code, began, _, falls_at = next(iter(spans(walked, now)[-1:]), (None, None, None, None))
    higher = above(rules, code)
    following = None if higher is None else NextView(code=higher.code, missing=max(higher.threshold - net, NOTHING))
    return TierView(currency=currency, code=code, since=began, spend=net, next=following, falls_at=falls_at)
