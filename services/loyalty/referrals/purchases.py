"""What is kept of friends' purchases, ours and third parties', while a referral may yet be qualified by another."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.referrals.domain import Bought
from services.loyalty.referrals.tables import Referral, ReferralPurchase

_OPEN = ("made", "qualified")


async def keep(session: AsyncSession, bought: Sequence[tuple[Referral, Bought]]) -> None:
    """Keep purchases, each beside the referral that it may qualify; one that is kept stays as it is."""
    rows = [
        {
            "referral_id": referral.id,
            "purchase_id": each.id,
            "friend_id": referral.friend_id,
            "occurred_at": each.at,
            "currency": each.currency,
            "goods": sorted(each.goods),
            "back": sorted(each.back),
        }
        for referral, each in bought
    ]
    if rows:
        await session.execute(insert(ReferralPurchase).on_conflict_do_nothing(), rows)


async def waiting_for(session: AsyncSession, friends: Collection[str]) -> list[Referral]:
    """Referrals of these friends that their purchases may still change, locked."""
    query = select(Referral).where(col(Referral.friend_id).in_(sorted(friends)), col(Referral.state).in_(_OPEN))
    return list((await session.execute(query.order_by(col(Referral.id)).with_for_update())).scalars())


async def looking_at(session: AsyncSession, purchases: Collection[str]) -> list[Referral]:
    """Referrals that these purchases may have qualified, and that are not rewarded yet, locked."""
    kept = select(col(ReferralPurchase.referral_id)).where(col(ReferralPurchase.purchase_id).in_(sorted(purchases)))
    query = select(Referral).where(col(Referral.id).in_(kept), col(Referral.state).in_(_OPEN))
    return list((await session.execute(query.order_by(col(Referral.id)).with_for_update())).scalars())


async def kept(session: AsyncSession, referrals: Sequence[Referral]) -> Mapping[str, list[ReferralPurchase]]:
    """By referral, what is kept of its friend's purchases."""
    query = select(ReferralPurchase).where(col(ReferralPurchase.referral_id).in_([row.id for row in referrals]))
    found: dict[str, list[ReferralPurchase]] = defaultdict(list)
    for each in (await session.execute(query.execution_options(populate_existing=True))).scalars():
        found[each.referral_id].append(each)
    return found


def bought(row: ReferralPurchase) -> Bought:
    """The purchase that is kept."""
    return Bought(row.purchase_id, row.occurred_at, row.currency, row.goods, row.back)
