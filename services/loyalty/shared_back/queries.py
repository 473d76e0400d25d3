"""Reading what was sold, and what was given beside it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.shared_back.domain import Gifts, Sold

_SOLD = text("""
    with bought as (
        select id, currency, (occurred_at at time zone 'UTC')::date as day from purchases
        where customer_id = any(:customers) and occurred_at >= :start and occurred_at < :end
    ),
    back as (
        select purchase_id, line, sum(quantity) as quantity, sum(list_amount) as listed, sum(paid_amount) as paid,
            coalesce(sum(cost_amount), 0) as cost
        from bought join returns on purchase_id = bought.id join return_lines on return_id = returns.id
        group by purchase_id, line
    ),
    kept as (
        select bought.currency, coalesce(lines.discount_kind, case when lines.tier is null then 'other' else 'tier' end)
                as kind,
            lines.list_amount - coalesce(back.listed, 0) as listed,
            lines.paid_amount - coalesce(back.paid, 0) as paid,
            lines.cost_amount - coalesce(back.cost, 0) as cost,
            case when daterange(offered_from, offered_until) @> any(array[day, :today ::date]) then assumed_margin end
                as margin
        from bought
        join purchase_lines as lines on lines.purchase_id = bought.id
        left join back on back.purchase_id = bought.id and back.line = lines.line
        left join categories on categories.id = lines.category
        where back.line is null or lines.quantity > back.quantity
    ),
    costed as (
        select *, coalesce(cost, paid * (1 - margin)) as goods from kept
    )
    select currency, kind, sum(listed) as listed, sum(paid) as paid, sum(listed - goods) as margin,
        coalesce(sum(listed - paid) filter (where goods is not null), 0) as margin_discounts,
        bool_or(cost is null and goods is not null) as assumed,
        count(*) filter (where goods is null) as unknown_lines
    from costed group by currency, kind
""")
"""A line at the cost that was told, else at what its category's assumed margin implies: on the day of the sale, else
today's."""

_GIFTS = text("""
    select currency, count(*) as count, coalesce(sum(cost_amount), 0) as cost from gifts
    where customer_id = any(:customers) and occurred_at >= :start and occurred_at < :end
    group by currency
""")


class Asked(NamedTuple):
    """Whose, under which ids, and of when: from `start` to before `end`."""

    customers: Collection[str]
    start: datetime
    end: datetime

    def parameters(self) -> dict[str, Any]:
        """For the statements of this module."""
        return {"customers": sorted(self.customers), "start": self.start, "end": self.end}


async def sold(session: AsyncSession, asked: Asked, today: date) -> list[Sold]:
    """What was bought, by currency and kind of discount; `today`: the day of the margins of what is newly offered."""
    rows = await session.execute(_SOLD, asked.parameters() | {"today": today})
    return [Sold(**row._mapping) for row in rows]


async def gifts(session: AsyncSession, asked: Asked) -> list[Gifts]:
    """What was given, by the currency of its cost."""
    return [Gifts(**row._mapping) for row in await session.execute(_GIFTS, asked.parameters())]
