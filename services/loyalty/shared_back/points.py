"""Reading what became of points: the movements of the ledger, and what those spent were worth."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.points.domain import valued
from services.loyalty.shared_back.domain import Points
from services.loyalty.shared_back.queries import Asked

_MOVED = text("""
    select currency, reason, issued, redeemed, expired, point_value from movements
    cross join lateral (
        select coalesce(-sum(points) filter (where account = 'issued'), 0)::bigint as issued,
            coalesce(sum(points) filter (where account = 'redeemed'), 0)::bigint as redeemed,
            coalesce(sum(points) filter (where account = 'expired'), 0)::bigint as expired
        from entries where movement_id = movements.id
    ) as moved
    left join lateral (
        select point_value from programmes
        where currency = movements.currency and valid_from <= occurred_at and created_at <= recorded_at
        order by valid_from desc limit 1
    ) as programme on true
    where customer_id = any(:customers) and occurred_at >= :start and occurred_at < :end
    order by currency
""")
"""At the value of the programme that was in force, as it was known when the movement was made: what was told."""


async def points(session: AsyncSession, asked: Asked) -> list[Points]:
    """What became of points, by the currency of their programme; earned less what was taken back."""
    rows = (await session.execute(_MOVED, asked.parameters())).mappings()
    return [_summed(currency, list(each)) for currency, each in groupby(rows, lambda row: str(row["currency"]))]


def _summed(currency: str, moved: Sequence[RowMapping]) -> Points:
    return Points(
        currency,
        spent=sum(row["redeemed"] for row in moved),
        value=sum((_worth(row, currency) for row in moved), Decimal(0)),
        earned=sum(row["issued"] for row in moved),
        expired=sum(row["expired"] for row in moved),
        rewards=sum(row["issued"] for row in moved if row["reason"] == "referral"),
    )


def _worth(row: RowMapping, currency: str) -> Decimal:
    """What spent points were worth, each time as it was told."""
    return valued(row["redeemed"], row["point_value"] or Decimal(0), currency)
