"""What can be done with profiles: register, replace, amend. Each verb works in the given transaction."""

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.customers.profiles import lists
from services.customers.profiles.domain import completeness
from services.customers.profiles.known import Known, own, told
from services.customers.profiles.models import NewCustomer, Profile, ProfilePatch
from services.customers.profiles.tables import Customer
from shared.events import Payload
from shared.events.customers import CustomerChanged, CustomerRegistered
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import for_update
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import CONFLICT, NOT_FOUND, WRONG_STATE, Collision, Problem


async def register(tx: Transaction, new: NewCustomer) -> Known:
    """Create a customer. The same id with the same content does nothing; with other content 409."""
    customer_id = new.id or str(uuid7())
    await tx.admit(customer_id)
    profile = Profile.model_construct(**{name: getattr(new, name) for name in Profile.model_fields})
    known = await find(tx, customer_id)
    if known is None:
        return await _create(tx, customer_id, profile)
    if told(known.profile()) != told(profile):
        raise Problem(CONFLICT, f"{new.id} is a customer with other content")
    return known


async def put(tx: Transaction, customer_id: str, profile: Profile, if_match: str | None) -> Known:
    """Create the customer, or replace the profile under `If-Match`; identical content does nothing.

    Raises 409 for one who was merged into another: theirs is the profile to change.
    """
    await tx.admit(customer_id)
    known = await find(tx, customer_id)
    if known is None:
        check_match(if_match, None)
        return await _create(tx, customer_id, profile)
    if told(known.profile()) == told(profile):
        return known
    demand_match(if_match, known.customer.version)
    return await _change(tx, known, profile)


async def amend(tx: Transaction, customer_id: str, patch: ProfilePatch, if_match: str | None) -> Known:
    """Change some fields of a profile under `If-Match`. Raises 404, and 409 as `put` does."""
    await tx.admit(customer_id)
    known = await find(tx, customer_id)
    if known is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    demand_match(if_match, known.customer.version)
    profile = known.profile().model_copy(update=patch.changes())
    return known if told(known.profile()) == told(profile) else await _change(tx, known, profile)


async def find(tx: Transaction, customer_id: str) -> Known | None:
    """The customer of that id, locked until the transaction ends."""
    row = await for_update(tx, Customer, customer_id)
    return None if row is None else (await lists.known(tx.session, [row]))[0]


async def _create(tx: Transaction, customer_id: str, profile: Profile) -> Known:
    row = Customer(id=customer_id, created_at=tx.recorded, updated_at=tx.recorded, **own(profile), version=1)
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(customer_id) from None
    await lists.keep(tx, customer_id, profile)
    after = {name: value for name, value in told(profile).items() if value != []}
    await note(tx, _subject(row), "register", before=None, after=after, at=profile.registered_at)
    await _tell(tx, row, CustomerRegistered)
    return Known(row, profile.external_ids, profile.contact_points)


async def _change(tx: Transaction, known: Known, profile: Profile) -> Known:
    row, before = known.customer, told(known.profile())
    if row.merged_into is not None:
        raise Problem(WRONG_STATE, f"{row.id} was merged into {row.merged_into}: change {row.merged_into}")
    for name, value in own(profile).items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, tx.recorded
    await lists.replace(tx, row.id, profile)
    await note(tx, _subject(row), "change", before=before, after=told(profile))
    await _tell(tx, row, CustomerChanged)
    return Known(row, profile.external_ids, profile.contact_points, existed=True)


async def _tell(tx: Transaction, row: Customer, kind: type[CustomerRegistered | CustomerChanged]) -> None:
    codes = row.model_dump(include={"kind", "buying_type", "region", "sector", "home_store_id"})
    payload: Payload = kind(completeness=completeness(row.model_dump()), **codes)
    first = kind is CustomerRegistered and row.registered_at is not None
    time = row.registered_at if first and row.registered_at else tx.recorded
    await tx.record(payload, key=row.id, subject=row.id, time=time, store=row.home_store_id)


def _subject(row: Customer) -> Subject:
    return Subject("customer", row.id, row.version)
