"""What can be done with prospects: begin, qualify, move and close an acquisition; and what moves one by itself.

The three verbs after `begin` raise 403 (another store's), 404, 409 (a rule forbids it), 410, 412 and 428, and return
the prospect as it is then.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from services.customers.profiles.present import present
from services.customers.profiles.tables import Customer
from services.customers.prospects import domain
from services.customers.prospects.domain import BEFORE_EXCHANGE, Cost, OutOfOrderError, WrongStateError
from services.customers.prospects.models import Closing, NewProspect, Qualification, StageStep, StepCost
from services.customers.prospects.purchases import hold, last_purchases, remember
from services.customers.prospects.queries import claim
from services.customers.prospects.standing import Standing, acquisition
from services.customers.prospects.steps import buy, renew, take, tell_stage, use
from services.customers.prospects.tables import Prospect
from shared.events import Event
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import for_update, locked
from shared.web.preconditions import demand_match
from shared.web.problems import WRONG_STATE, Problem


@dataclass(frozen=True, slots=True)
class Target:
    """The prospect that is meant, in the version that the caller read (`If-Match`)."""

    customer_id: str
    if_match: str | None


async def begin(tx: Transaction, new: NewProspect, caller: Principal) -> Standing:
    """Note an enquiry. Told again while its acquisition is open, or with its moment, the same one does nothing.

    A purchase since then that was told before the enquiry moves the prospect at once.
    Raises 403 for another store, 404 and 410 for the customer, 409 where one is open or was secured.
    """
    caller.demand_store(new.store_id)
    family = await hold(tx.session, [new.customer_id])
    customer = await present(tx, new.customer_id)
    known = await for_update(tx, Prospect, customer.id)
    if known is not None and _told_again(known, new):
        return Standing.of(known, customer.buying_type, existed=True)
    with _refusals():
        last = None if known is None else acquisition(known)
        begun = domain.begin(last, new.occurred_at, tx.recorded, _cost(new.cost))
    row = await renew(tx, known, new, begun)
    await tell_stage(tx, row, new.cost)
    await buy(tx, row, (await last_purchases(tx.session, family)).values())
    return Standing.of(row, customer.buying_type)


async def qualify(tx: Transaction, target: Target, told: Qualification, caller: Principal) -> Standing:
    """Note whether the prospect is worth the effort."""
    customer, row = await _meant(tx, target, caller)
    with _refusals():
        after = domain.judge(acquisition(row), told.verdict, told.occurred_at, tx.recorded)
    await take(tx, row, after, "qualify", {"reason": told.reason})
    return Standing.of(row, customer.buying_type)


async def move(tx: Transaction, target: Target, told: StageStep, caller: Principal) -> Standing:
    """Move the prospect to another stage."""
    customer, row = await _meant(tx, target, caller)
    buyer = Standing.of(row, customer.buying_type).buyer
    with _refusals():
        after = domain.move(
            acquisition(row),
            told.stage,
            buyer,
            told.occurred_at,
            tx.recorded,
            reason=told.reason,
            cost=_cost(told.cost),
        )
    await take(tx, row, after, "move", {"reason": told.reason})
    await tell_stage(tx, row, told.cost)
    return Standing(row, buyer)


async def close(tx: Transaction, target: Target, told: Closing, caller: Principal) -> Standing:
    """Note how the acquisition ended."""
    customer, row = await _meant(tx, target, caller)
    with _refusals():
        after = domain.close(acquisition(row), told.outcome, told.occurred_at, tx.recorded)
    await take(tx, row, after, "close", {"reason": told.reason})
    return Standing.of(row, customer.buying_type)


async def bought(tx: Transaction, events: Sequence[Event]) -> None:
    """Handle purchases: each brings its customer's open prospect to exchange, if nothing else has. Told twice, once.

    The customer may have several records: whichever of them the purchase and the prospect stand under.
    """
    times: dict[str, list[datetime]] = defaultdict(list)
    for event in events:
        if ":" not in event.partitionkey:  # else a sale of nobody known
            times[event.partitionkey].append(event.time)
    roots = await hold(tx.session, times)
    theirs: dict[str, list[datetime]] = defaultdict(list)
    for customer_id in times.keys() & roots.keys():
        theirs[roots[customer_id]] += times[customer_id]
    await remember(tx.session, {each: max(times[each]) for each in times.keys() & roots.keys()})
    for row in await claim(tx.session, roots, BEFORE_EXCHANGE):
        await buy(tx, row, theirs[roots[row.customer_id]])


async def first_use(tx: Transaction, customer_id: str, at: datetime) -> None:
    """The customer used what they bought for the first time: an open prospect at exchange is secured by that.

    One before exchange keeps it until their purchase is told. Nothing happens without a prospect, under whichever of
    the customer's records. The customer must have been kept from being erased (`present`, `tx.admit`).
    """
    for row in await claim(tx.session, await hold(tx.session, [customer_id])):
        await use(tx, row, at)


async def joined(tx: Transaction, roots: Mapping[str, str]) -> None:
    """Customers turned out to be one: what each bought moves the others' open prospects.

    `roots`: as `hold` told them before; what a customer bought themselves has moved or not moved them long ago.
    """
    known = await last_purchases(tx.session, roots)
    for row in await claim(tx.session, roots, BEFORE_EXCHANGE):
        await buy(tx, row, [at for each, at in known.items() if roots[each] != roots[row.customer_id]])


async def _meant(tx: Transaction, target: Target, caller: Principal) -> tuple[Customer, Prospect]:
    customer = await present(tx, target.customer_id)
    row = await locked(tx, Prospect, target.customer_id, "prospect")
    caller.demand_store(row.store_id)
    demand_match(target.if_match, row.version)
    return customer, row


def _told_again(known: Prospect, new: NewProspect) -> bool:
    """Without its moment, the same enquiry after a lost one is a new one."""
    return known.content == new.content() and (known.outcome is None or new.occurred_at is not None)


def _cost(told: StepCost | None) -> Cost | None:
    return Cost(told.amount, told.currency) if told is not None else None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except WrongStateError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    except OutOfOrderError as error:
        fault = {"pointer": "/occurred_at", "detail": "before the step before it"}
        raise Problem(WRONG_STATE, str(error), errors=[fault]) from None
