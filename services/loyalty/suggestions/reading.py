"""Who bought what before a moment, as a model is learned from it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.suggestions.domain import WINDOW

AT_ONCE = 10_000
"""Rows that are in memory at a time."""

KEPT = """
    l.quantity > 0 and not exists (
        select from returns r join return_lines b on b.return_id = r.id
        where r.purchase_id = p.id and b.line = l.line and b.whole and r.occurred_at < :as_of
    )
"""
"""Of a line `l` of a purchase `p`: it was not wholly returned before `:as_of`."""

_BOUGHT = text(f"""
    with recursive above as (
        select id, merged_into as root from aliases where merged_into is not null
        union
        select above.id, aliases.merged_into from above join aliases on aliases.id = above.root
        where aliases.merged_into is not null
    ), roots as (
        select above.id, above.root from above
        where not exists (select from aliases where aliases.id = above.root and aliases.merged_into is not null)
    )
    select coalesce(roots.root, p.customer_id) as customer, l.product_id as product, max(l.category) as category
    from purchases p join purchase_lines l on l.purchase_id = p.id left join roots on roots.id = p.customer_id
    where p.customer_id is not null and p.occurred_at >= :since and p.occurred_at < :as_of and {KEPT}
    group by 1, 2
    order by 1, 2
""")  # noqa: S608 -- put together from constants alone


class Row(NamedTuple):
    """A customer, the root of those who are one, bought a product, then of this category."""

    customer: str
    product: str
    category: str


async def bought(session: AsyncSession, as_of: datetime) -> AsyncIterator[Row]:
    """Each customer and product once, of the window before `as_of`; anonymous sales and whole returns are left out."""
    found = await session.stream(
        _BOUGHT, {"as_of": as_of, "since": as_of - WINDOW}, execution_options={"yield_per": AT_ONCE}
    )
    async for row in found:
        yield Row(*row)
