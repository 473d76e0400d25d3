"""What is known of one customer when suggestions are computed: what they bought, and what was put to them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.suggestions.domain import DECLINED_FOR, NEW_AFTER, OPEN_FOR, WINDOW
from services.loyalty.suggestions.reading import KEPT
from shared.aliases import family

_BOUGHT = text(f"""
    select l.product_id as product, l.category, max(p.occurred_at) as last
    from purchases p join purchase_lines l on l.purchase_id = p.id
    where p.customer_id = any(:family) and p.occurred_at < :as_of and {KEPT}
    group by 1, 2
""")  # noqa: S608 -- put together from constants alone
_TOLD = text("""
    select id, kind, product_id, category, accepted, answered_at, occurred_at from suggestions
    where customer_id = any(:family) and occurred_at < :as_of and occurred_at >= :since
       or customer_id = any(:family) and answered_at < :as_of and answered_at >= :since
    order by occurred_at, id
""")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, under whichever ids, at a moment.

    `recent` and `recent_categories`: of the last year, with which goes what is proposed; `products`: all that they ever
    bought; `categories`: of the last 180 days. `open`: the suggestion that waits for an answer, by its product, or by
    its category where it was of a whole one.
    """

    recent: set[str]
    products: set[str]
    recent_categories: set[str]
    categories: set[str]
    declined_products: set[str]
    declined_categories: set[str]
    open: dict[tuple[str | None, str | None], str]


async def known(session: AsyncSession, customer_id: str, as_of: datetime) -> Customer:
    """The customer at `as_of`; one of whom nothing is known has bought nothing."""
    whose = sorted(await family(session, customer_id))
    found = Customer(set(), set(), set(), set(), set(), set(), {})
    await _add_bought(session, found, whose, as_of)
    await _add_told(session, found, whose, as_of)
    return found


async def _add_bought(session: AsyncSession, found: Customer, whose: Collection[str], as_of: datetime) -> None:
    for row in await session.execute(_BOUGHT, {"family": whose, "as_of": as_of}):
        found.products.add(row.product)
        if row.last >= as_of - WINDOW:
            found.recent.add(row.product)
            found.recent_categories.add(row.category)
        if row.last >= as_of - NEW_AFTER:
            found.categories.add(row.category)


async def _add_told(session: AsyncSession, found: Customer, whose: Collection[str], as_of: datetime) -> None:
    since = as_of - DECLINED_FOR
    for row in await session.execute(_TOLD, {"family": whose, "as_of": as_of, "since": since}):
        answered = row.accepted is not None and row.answered_at < as_of
        if not answered and row.occurred_at >= as_of - OPEN_FOR:
            found.open[row.product_id, None if row.product_id else row.category] = row.id
        if answered and not row.accepted and row.answered_at >= since:
            found.declined_products.update({row.product_id} - {None})
            # A category that they buy anyway is not declined with one product of it.
            new = row.kind == "cross_sell" and row.category not in found.categories
            if row.category is not None and (new or row.product_id is None):
                found.declined_categories.add(row.category)
