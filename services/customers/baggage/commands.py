"""What can be done with bags: one function a verb, each in the given transaction.

All but `offer` raise 404, 410, 412, 428, and 409 with the rule that refuses the step.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from uuid_utils.compat import uuid7

from services.customers.baggage import domain
from services.customers.baggage.models import (
    Authentication,
    ContactWithOwner,
    Disposal,
    Inspection,
    LossReport,
    NewBag,
    Step,
    Tagging,
)
from services.customers.baggage.queries import employed
from services.customers.baggage.steps import Target, locked, take, tell
from services.customers.baggage.tables import Bag
from services.customers.baggage.tokens import digest, new_token
from services.customers.stores.domain import end_of_day
from services.customers.stores.queries import zone
from shared.events.visits import BaggageDeposited, BaggageDisposed, BaggageRetained, BaggageReturned
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as it was taken down. `token`: for the owner, None where nothing was left or it is not the first time.

    The token is kept nowhere but in the answer under the request's Idempotency-Key, for 24 hours: a till whose answer
    was lost gets it by the same request again, and nobody else does. Without that key the way is `report-lost`.
    """

    bag: Bag
    token: str | None
    existed: bool


async def offer(tx: Transaction, new: NewBag, caller: Principal) -> Offered:
    """Note that we offered to look after a bag, and whether it was left; the same id and content does nothing.

    Raises 403 for another store, 409 for an id that is in use with other content, 410.
    """
    caller.demand_store(new.store_id)
    if new.customer_id is not None:
        await tx.admit(new.customer_id)
    token = new_token() if new.accepted else None
    found = await add_once(tx, await _row(tx, new, token), "a bag")
    bag = found.entity
    if found.existed:
        return Offered(bag, None, existed=True)
    verb = "deposit" if new.accepted else "decline"
    told = bag.model_dump(include={"state", "description", "perishable"})
    await note(tx, Subject("bag", bag.id, 1), verb, before=None, after=told, at=bag.occurred_at)
    if new.accepted:
        await tell(tx, bag, BaggageDeposited())
    return Offered(bag, token, existed=False)


async def report_lost(tx: Transaction, target: Target, told: LossReport) -> Bag:
    """Write down who lost the token and what they say that they own."""
    bag = await locked(tx, target, told.customer_id)
    kept = told.claim() | {"customer_id": bag.customer_id or told.customer_id, "authenticated_by": None}
    return await take(tx, bag, "report-lost", told, domain.report_lost, **kept)


async def authenticate(tx: Transaction, target: Target, told: Authentication) -> Bag:
    """A named employee says whether the claimant owns the bag; a refusal is noted, and changes nothing else."""
    bag = await locked(tx, target)
    by, claimants = told.authenticated_by, (bag.claimant_name, bag.customer_id)
    ours = await employed(tx.session, by)
    rule = partial(domain.authenticate, by=by, claimants=claimants, verdict=told.verdict, employed=ours)
    kept = {"authenticated_by": by} if told.verdict else {}
    return await take(tx, bag, "authenticate", told, rule, **kept)


async def give_back(tx: Transaction, target: Target, told: Step) -> Bag:
    """Return the bag: against the token by which it is addressed, or to the claimant who was authenticated."""
    bag = await locked(tx, target)
    rule = partial(domain.give_back, by_token=bag.token_digest == digest(target.key))
    await take(tx, bag, "return", told, rule)
    return await tell(tx, bag, BaggageReturned(by_token=bag.claim is None))


async def inspect(tx: Transaction, target: Target, told: Inspection) -> Bag:
    """Somebody looked for an address on the bag, and for what perishes in it."""
    bag = await locked(tx, target)
    rule = partial(domain.inspect, address_found=told.address_found, perishable=told.perishable)
    return await take(tx, bag, "inspect", told, rule)


async def contact_owner(tx: Transaction, target: Target, told: ContactWithOwner, wait: timedelta) -> Bag:
    """The owner was contacted at the address on the bag; we wait for so long."""
    bag = await locked(tx, target)
    rule = partial(domain.contact_owner, wait=wait)
    return await take(tx, bag, "contact-owner", told, rule)


async def discard_perishables(tx: Transaction, target: Target, told: Step) -> Bag:
    """What perishes was taken out and thrown away."""
    bag = await locked(tx, target)
    return await take(tx, bag, "discard-perishables", told, domain.discard_perishables)


async def tag(tx: Transaction, target: Target, told: Tagging) -> Bag:
    """A tag was attached."""
    bag = await locked(tx, target)
    return await take(tx, bag, "tag", told, domain.tag, tag=told.tag)


async def retain(tx: Transaction, target: Target, told: Step, retention: timedelta) -> Bag:
    """The service desk keeps the bag for so long."""
    bag = await locked(tx, target)
    rule = partial(domain.retain, retention=retention)
    await take(tx, bag, "retain", told, rule)
    return await tell(tx, bag, BaggageRetained(until=bag.until))


async def dispose(tx: Transaction, target: Target, told: Disposal) -> Bag:
    """The retention is over, and the bag is gone."""
    bag = await locked(tx, target)
    await take(tx, bag, "dispose", told, domain.dispose)
    return await tell(tx, bag, BaggageDisposed())


async def _row(tx: Transaction, new: NewBag, token: str | None) -> Bag:
    at = new.occurred_at or tx.recorded
    stands = domain.offer(at, accepted=new.accepted, perishable=new.perishable)
    return Bag(
        **new.model_dump(exclude={"id", "accepted", "occurred_at"}),
        id=new.id or str(uuid7()),
        token_digest=digest(token) if token else None,
        state=stands.state,
        occurred_at=at,
        last_step_at=at,
        day_ends_at=end_of_day(at, await zone(tx.session, new.store_id)),
        content=new.content(),
        created_at=tx.recorded,
    )
