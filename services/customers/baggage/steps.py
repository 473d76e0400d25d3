"""One step of a bag, as every verb takes it: lock, compare versions, ask the domain, note, tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.customers.baggage.domain import RefusedError, Standing, Verb, When
from services.customers.baggage.models import Told
from services.customers.baggage.queries import STANDING, one, standing
from services.customers.baggage.tables import Bag
from shared.events import Payload
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

CLAIM = ("claimant_name", "claimant_address", "claimant_description", "authenticated_by")
CHANGING = {*STANDING, *CLAIM, "tag", "customer_id"} - {"last_step_at"}


@dataclass(frozen=True, slots=True)
class Target:
    """The bag that a caller means, by its token or its id, in the version they read (`If-Match`)."""

    key: str
    if_match: str | None
    caller: Principal


async def locked(tx: Transaction, target: Target, claimant: str | None = None) -> Bag:
    """The bag, locked until the transaction ends, its customer (and the `claimant`) kept from being erased.

    Raises 404 (another store's too), 410, 428, 412.
    """
    seen = await one(tx.session, target.key, target.caller)
    for customer in filter(None, (seen.customer_id, claimant)):
        await tx.admit(customer)  # before the row is locked: an erasure waits for both, in this order
    bag = await tx.session.get(Bag, seen.id, with_for_update=True, populate_existing=True)
    if bag is None:
        raise Problem(NOT_FOUND, "nothing is known under this id")
    demand_match(target.if_match, bag.version)
    return bag


async def take(
    tx: Transaction, bag: Bag, verb: Verb, told: Told, rule: Callable[[Standing, When], Standing], **kept: object
) -> Bag:
    """Take the step that `rule` allows; raises 409 with the rule that refuses it. `kept`: columns that it writes."""
    try:
        after = rule(standing(bag), When(told.occurred_at, tx.recorded))
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    await change(tx, bag, verb, after, at=after.last_step_at, said=told.said(), **kept)
    return bag


async def change(
    tx: Transaction, bag: Bag, verb: Verb, after: Standing, *, at: datetime, said: Mapping[str, Any], **kept: object
) -> None:
    """Let the bag stand as it does after a step, and note that. `said`: what the history keeps beside what changed."""
    before = bag.model_dump(include=CHANGING)
    for name, value in ({name: getattr(after, name) for name in STANDING} | kept).items():
        setattr(bag, name, value)
    bag.version += 1
    now = bag.model_dump(include=CHANGING) | dict(said)
    await note(tx, Subject("bag", bag.id, bag.version), verb, before=before, after=now, at=at)


async def tell(tx: Transaction, bag: Bag, payload: Payload) -> Bag:
    """Record what happened to the bag at its newest step: to its customer, or to the store where nobody knows whose
    it is."""
    key = bag.customer_id or f"store:{bag.store_id}"
    await tx.record(payload, key=key, subject=bag.id, time=bag.last_step_at, store=bag.store_id)
    return bag
