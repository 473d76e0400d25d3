"""Reading referrals. One of no store may be read by every store's staff."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.purchases.tables import Purchase
from services.loyalty.referrals.domain import Bought, Known, State
from services.loyalty.referrals.tables import Referral
from shared.aliases import families, family
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

_ALONE = text("select pg_advisory_xact_lock(hashtext('referrals'))")
_BESIDE = text("select pg_advisory_xact_lock_shared(hashtext('referrals'))")
_SINCE = text("""
    select id, occurred_at, currency,
           array(select line from purchase_lines where purchase_id = purchases.id and quantity > 0 order by line)
               as goods,
           array(select line from return_lines join returns on returns.id = return_id
                 where returns.purchase_id = purchases.id and whole order by line) as back
    from purchases where customer_id = any(:friends) and occurred_at >= :at
""")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to, each named after its field."""

    customer_id: Id | None = None
    friend_id: Id | None = None
    state: State | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Referral, name) == value for name, value in asdict(self).items() if value is not None]


async def one(session: AsyncSession, referral_id: str, caller: Principal) -> Referral:
    """The referral of that id; raises a 404 problem, for another store's too."""
    row = await session.get(Referral, referral_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no referral {referral_id}")
    if row.store_id is not None:
        caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Referral], str | None]:
    """Referrals as they were taken down, oldest first, and the next cursor."""
    query = select(Referral).where(*filters.conditions())
    if caller.stores is not None:
        store = col(Referral.store_id)
        query = query.where(or_(store.is_(None), store.in_(sorted(caller.stores))))
    return await keyset(session, query, limit, cursor, col(Referral.created_at), col(Referral.id))


async def alone(session: AsyncSession) -> None:
    """Wait until nobody makes a referral or takes in purchases, and let nobody, until this transaction ends.

    A ring may go through any customer, so one referral is made at a time.
    """
    await session.execute(_ALONE)


async def beside(session: AsyncSession) -> None:
    """Wait until nobody makes a referral, and let nobody, until this transaction ends: none is overlooked."""
    await session.execute(_BESIDE)


async def known(session: AsyncSession, row: Referral) -> Known:
    """What its rules look at, of others' referrals and of what was bought; both ends are told."""
    customer, friend = await family(session, row.customer_id or ""), await family(session, row.friend_id or "")
    return Known(
        customer,
        friend,
        brought=bool(await _bringers(session, friend, but=row.id)),
        above=await _above(session, customer, but=row.id),
        bought=await _bought_before(session, friend, row.occurred_at),
    )


async def bought_since(session: AsyncSession, friend_id: str, at: datetime) -> list[Bought]:
    """What the friend bought of us since then, under whichever id."""
    friends = sorted(await family(session, friend_id))
    rows = await session.execute(_SINCE, {"friends": friends, "at": at})
    return [Bought(*row) for row in rows]


async def _above(session: AsyncSession, customers: Collection[str], but: str) -> set[str]:
    """Who brought these, and who brought them, to the end, under all their ids."""
    found: set[str] = set()
    lowest = set(customers)
    while lowest:
        bringers = [each for each in await _bringers(session, lowest, but) if each is not None]
        lowest = set[str]().union(*(await families(session, bringers)).values()) - found
        found |= lowest
    return found


async def _bringers(session: AsyncSession, friends: Collection[str], but: str) -> set[str | None]:
    """Who brought these; None for who is erased. What came to nothing does not count, nor does the referral `but`."""
    brought = col(Referral.friend_id).in_(sorted(friends))
    query = select(Referral.customer_id).where(brought, col(Referral.state) != "void", col(Referral.id) != but)  # type: ignore[call-overload]
    return set((await session.execute(query)).scalars())


async def _bought_before(session: AsyncSession, friends: Collection[str], at: datetime) -> bool:
    theirs = col(Purchase.customer_id).in_(sorted(friends)), col(Purchase.corrected_to).is_(None)
    query = select(Purchase.id).where(*theirs, col(Purchase.occurred_at) < at)  # type: ignore[call-overload]
    return await session.scalar(query.limit(1)) is not None
