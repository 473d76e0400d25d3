"""Accounts that are held while points move: those of every id under which a customer is known."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.points.domain import Purse
from services.loyalty.points.tables import Lot, PointAccount
from shared.aliases import families

_OPEN = text("""
    insert into point_accounts (customer_id) select unnest(cast(:ids as text[])) order by 1 on conflict do nothing
""")
_OWED = text("""
    select movements.currency, entries.customer_id, -sum(entries.points) as points
    from entries join movements on movements.id = entries.movement_id
    where entries.customer_id = any(:ids) and entries.account = 'owed' group by 1, 2
""")


class Accounts:
    """What held customers have. `families`: by customer, all their ids; `owed`: currency, whose, how many points."""

    def __init__(
        self, families: Mapping[str, set[str]], lots: Iterable[Lot], owed: Iterable[tuple[str, str, int]]
    ) -> None:
        self.families = families
        self.lots = {lot.id: lot for lot in lots}
        self._owed = list(owed)
        self._purses: dict[tuple[str, str], Purse] = {}

    def purse(self, customer_id: str, currency: str) -> Purse:
        """What the customer has in that currency, under all of their ids."""
        family = self.families[customer_id]
        key = min(family), currency
        if key not in self._purses:
            owed = {whose: points for of, whose, points in self._owed if of == currency and whose in family}
            lots = [lot for lot in self.lots.values() if lot.currency == currency and lot.customer_id in family]
            self._purses[key] = Purse([*lots], owed)
        return self._purses[key]


async def hold(session: AsyncSession, customers: Collection[str]) -> dict[str, set[str]]:
    """Keep everybody else from moving these customers' points until the transaction ends; by customer, all their ids.

    Accounts are opened where there are none: keep the customers from being erased first.
    """
    known = await open_accounts(session, customers)
    ids, account = set[str]().union(*known.values()), col(PointAccount.customer_id)
    await session.execute(select(account).where(account.in_(ids)).order_by(account).with_for_update())
    return known


async def open_accounts(session: AsyncSession, customers: Collection[str]) -> dict[str, set[str]]:
    """Open the accounts of these customers that there are none of yet, in order; by customer, all their ids."""
    known = await families(session, customers)
    await session.execute(_OPEN, {"ids": sorted(set[str]().union(*known.values()))})
    return known


async def free(session: AsyncSession, customers: Collection[str]) -> dict[str, set[str]]:
    """The same of those customers whose accounts nobody else holds, without waiting, and without opening any."""
    known = await families(session, customers)
    ids, account = set[str]().union(*known.values()), col(PointAccount.customer_id)
    query = select(account).where(account.in_(ids)).order_by(account)
    there = set((await session.execute(query)).scalars())
    ours = set((await session.execute(query.with_for_update(skip_locked=True))).scalars())
    return {customer: family for customer, family in known.items() if family & there <= ours}


async def opened(session: AsyncSession, held: Mapping[str, set[str]], lots: Collection[str] = ()) -> Accounts:
    """What held customers have: every lot of which something is left, and those of these ids."""
    ids = set[str]().union(*held.values())
    found = select(Lot).where(col(Lot.customer_id).in_(ids), or_(col(Lot.remaining) > 0, col(Lot.id).in_(lots)))
    rows = (await session.execute(found.execution_options(populate_existing=True))).scalars().all()
    owed = await session.execute(_OWED, {"ids": sorted(ids)})
    return Accounts(held, rows, [(row.currency, row.customer_id, int(row.points)) for row in owed])
