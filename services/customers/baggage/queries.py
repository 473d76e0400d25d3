"""Reading bags, and finding those that nobody came for."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.baggage.domain import LEFT_BEHIND, Standing, State
from services.customers.baggage.tables import Bag
from services.customers.baggage.tokens import digest
from services.customers.parties.tables import Party
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem

AT_ONCE = 100
"""Bags that one transaction of the clock leaves unclaimed."""
MOST = 500
STANDING = [each.name for each in fields(Standing)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    store_id: Id | None = None
    state: State | None = None
    customer_id: Id | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Bag, name) == value for name, value in asdict(self).items() if value is not None]


def standing(bag: Bag) -> Standing:
    """How a bag stands."""
    return Standing(**bag.model_dump(include=set(STANDING)))


async def one(session: AsyncSession, key: str, caller: Principal) -> Bag:
    """The bag of that token or id; raises a 404 problem, for another store's too."""
    by_token = select(Bag).where(col(Bag.token_digest) == digest(key))
    bag = (await session.execute(by_token)).scalar_one_or_none() or await session.get(Bag, key)
    if bag is None:
        raise Problem(NOT_FOUND, "nothing is known under this id")
    caller.hide_other_stores(bag.store_id)
    return bag


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Bag], str | None]:
    """Bags as they were taken down, oldest first, and the next cursor."""
    query = select(Bag).where(*filters.conditions())
    if caller.stores is not None:
        query = query.where(col(Bag.store_id).in_(sorted(caller.stores)))
    return await keyset(session, query, limit, cursor, col(Bag.created_at), col(Bag.id))


async def at_the_counter(
    session: AsyncSession, store_id: str, moment: datetime
) -> list[tuple[str, str | None, datetime]]:
    """The id, customer and time of each bag that waits at the store's counter and was left there by `moment`."""
    columns = col(Bag.id), col(Bag.customer_id), col(Bag.occurred_at)
    waiting = col(Bag.store_id) == store_id, col(Bag.state) == "deposited", col(Bag.occurred_at) <= moment
    return [(row[0], row[1], row[2]) for row in await session.execute(select(*columns).where(*waiting))]


async def still_there(session: AsyncSession, ids: Collection[str]) -> list[Bag]:
    """Those of these bags that still are at the counter, locked; in the order of ids, so that two never lock in a
    circle."""
    query = select(Bag).where(col(Bag.id).in_(ids), col(Bag.state) == "deposited").order_by(col(Bag.id))
    return list((await session.execute(query.with_for_update())).scalars())


async def forgotten(session: AsyncSession, now: datetime) -> list[Bag]:
    """Bags at a counter whose day is over at `now`, the longest over first, claimed by this transaction."""
    query = (
        select(Bag)
        .where(col(Bag.state) == "deposited", col(Bag.day_ends_at) <= now)
        .order_by(col(Bag.day_ends_at), col(Bag.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return list((await session.execute(query)).scalars())


async def left_behind(session: AsyncSession, store_id: str, now: datetime) -> list[Bag]:
    """Bags of the store with which something is to be done at `now`, the oldest first."""
    perishes = and_(col(Bag.state) == "contacted", col(Bag.perishable))
    over = or_(col(Bag.until).is_(None), col(Bag.until) <= now, perishes)
    query = select(Bag).where(col(Bag.store_id) == store_id, col(Bag.state).in_(LEFT_BEHIND), over)
    return list((await session.execute(query.order_by(col(Bag.occurred_at), col(Bag.id)).limit(MOST))).scalars())


async def employed(session: AsyncSession, who: str) -> bool:
    """Whether an employee of that id is with us. Where no employee was ever registered here anybody may be one: then
    the form of an id is all that there is to judge."""
    employee = select(col(Party.id)).where(col(Party.kind) == "employee")
    here = employee.where(col(Party.id) == who, col(Party.left_at).is_(None))
    return bool(await session.scalar(select(or_(here.exists(), not_(employee.exists())))))
