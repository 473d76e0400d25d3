"""The end of a store's day: what is still at the counter is unclaimed by it, whether the store says so or forgets."""

from dataclasses import dataclass
from datetime import date, datetime

from services.customers.baggage import domain
from services.customers.baggage.models import EndOfDay
from services.customers.baggage.queries import at_the_counter, forgotten, left_behind, standing, still_there
from services.customers.baggage.steps import change
from services.customers.baggage.tables import Bag
from services.customers.stores.domain import end_of_day, local_day
from services.customers.stores.queries import zone
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import WRONG_STATE, Problem


@dataclass(frozen=True, slots=True)
class Closed:
    """A day that a store closed at `at`: how many bags became unclaimed, and those with which something is to be done
    then."""

    at: datetime
    store_id: str
    day: date
    unclaimed: int
    bags: list[Bag]


async def close_day(tx: Transaction, told: EndOfDay, caller: Principal) -> Closed:
    """Leave unclaimed what was left at the store's counter on that day or before; once is enough.

    What was told ahead of our clock is judged by ours: nobody closes tomorrow. Raises 403 for another store, 409 for
    a day that has not begun there.
    """
    caller.demand_store(told.store_id)
    moment = min(told.occurred_at or tx.recorded, tx.recorded)
    where = await zone(tx.session, told.store_id)
    day = told.day or local_day(moment, where)
    if day > local_day(moment, where):
        raise Problem(WRONG_STATE, f"{day} has not begun in this store: a day is closed on that day or later")
    bags = await _locked(tx, told.store_id, moment, day, where)
    for bag in bags:
        await _leave(tx, bag, min(moment, end_of_day(bag.occurred_at, where)))
    to_do = await left_behind(tx.session, told.store_id, tx.recorded)
    return Closed(tx.recorded, told.store_id, day, len(bags), to_do)


async def close_forgotten(tx: Transaction) -> int:
    """The duty: leave unclaimed what is at the counter of a store whose day is over and was not closed; how many."""
    bags = await forgotten(tx.session, tx.recorded)
    for bag in bags:
        await _leave(tx, bag, bag.day_ends_at)
    return len(bags)


async def _locked(tx: Transaction, store_id: str, moment: datetime, day: date, where: str) -> list[Bag]:
    left = [each for each in await at_the_counter(tx.session, store_id, moment) if local_day(each[2], where) <= day]
    gone = await tx.refused({customer for _, customer, _ in left if customer})
    return await still_there(tx.session, [bag for bag, customer, _ in left if customer not in gone])


async def _leave(tx: Transaction, bag: Bag, at: datetime) -> None:
    await change(tx, bag, "close-of-day", domain.leave(standing(bag), at), at=at, said={})
