"""What can be done with profiles: register, replace, amend. Each verb works in the given transaction."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.customers.profiles.domain import completeness
from services.customers.profiles.known import OWN, Known
from services.customers.profiles.models import (
    ExternalIdModel,
    NewCustomer,
    Profile,
    ProfilePatch,
)
from services.customers.profiles.tables import Customer, ExternalId
from shared.events import Payload
from shared.events.customers import CustomerChanged, CustomerRegistered
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.preconditions import check_match, demand_match
from shared.web.problems import CONFLICT, NOT_FOUND, Collision, Problem


async def register(tx: Transaction, new: NewCustomer) -> Known:
    """Create a customer. The same id with the same content does nothing; with other content 409."""
    profile = Profile.model_construct(**{name: getattr(new, name) for name in Profile.model_fields})
    known = await find(tx, new.id, lock=True) if new.id else None
    if known is None:
        return await _create(tx, new.id or str(uuid7()), profile)
    if not _same(known, profile):
        raise Problem(CONFLICT, f"{new.id} is a customer with other content")
    return known


async def put(tx: Transaction, customer_id: str, profile: Profile, if_match: str | None) -> Known:
    """Create the customer, or replace the profile under `If-Match`; identical content does nothing."""
    known = await find(tx, customer_id, lock=True)
    if known is None:
        check_match(if_match, None)
        return await _create(tx, customer_id, profile)
    if _same(known, profile):
        return known
    demand_match(if_match, known.customer.version)
    return await _change(tx, known, profile)


async def amend(tx: Transaction, customer_id: str, patch: ProfilePatch, if_match: str | None) -> Known:
    """Change some fields of a profile under `If-Match`."""
    known = await find(tx, customer_id, lock=True)
    if known is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    demand_match(if_match, known.customer.version)
    profile = known.profile().model_copy(update=patch.changes())
    return known if _same(known, profile) else await _change(tx, known, profile)


async def find(tx: Transaction, customer_id: str, *, lock: bool = False) -> Known | None:
    """The customer of that id, locked against other commands where asked."""
    query = select(Customer).where(col(Customer.id) == customer_id)
    row = (await tx.session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        return None
    ids = select(ExternalId).where(col(ExternalId.customer_id) == customer_id)
    found = (await tx.session.execute(ids.order_by("system", "value"))).scalars()
    return Known(row, [ExternalIdModel(system=e.system, value=e.value) for e in found], existed=True)


async def _create(tx: Transaction, customer_id: str, profile: Profile) -> Known:
    row = Customer(id=customer_id, created_at=tx.recorded, updated_at=tx.recorded, **_own(profile), version=1)
    tx.session.add(row)
    try:
        await tx.session.flush()
    except IntegrityError:
        raise Collision(customer_id) from None
    await _name(tx, customer_id, profile.external_ids)
    await note(tx, _subject(row), "register", before=None, after=_told(profile), at=profile.registered_at)
    await _tell(tx, row, CustomerRegistered)
    return Known(row, _sorted(profile.external_ids))


async def _change(tx: Transaction, known: Known, profile: Profile) -> Known:
    row, before = known.customer, _told(known.profile())
    for name, value in _own(profile).items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, tx.recorded
    await tx.session.execute(delete(ExternalId).where(col(ExternalId.customer_id) == row.id))
    await _name(tx, row.id, profile.external_ids)
    await note(tx, _subject(row), "change", before=before, after=_told(profile))
    await _tell(tx, row, CustomerChanged)
    return Known(row, _sorted(profile.external_ids), existed=True)


async def _name(tx: Transaction, customer_id: str, ids: list[ExternalIdModel]) -> None:
    """Give a customer these external ids.

    Not by violating the key: the database would write the id, which may be personal, into its log.
    """
    if not ids:
        return
    rows = [{"system": i.system, "value": i.value, "customer_id": customer_id} for i in _sorted(ids)]
    statement = insert(ExternalId).on_conflict_do_nothing().returning(col(ExternalId.value))
    if len((await tx.session.execute(statement, rows)).all()) < len(rows):
        fault = {"pointer": "/external_ids", "detail": "one of them names another customer"}
        raise Problem(CONFLICT, "external ids are unique per system", errors=[fault])


async def _tell(tx: Transaction, row: Customer, kind: type[CustomerRegistered | CustomerChanged]) -> None:
    codes = row.model_dump(include={"kind", "buying_type", "region", "sector", "home_store_id"})
    payload: Payload = kind(completeness=completeness(row.model_dump()), **codes)
    first = kind is CustomerRegistered and row.registered_at is not None
    time = row.registered_at if first and row.registered_at else tx.recorded
    await tx.record(payload, key=row.id, subject=row.id, time=time, store=row.home_store_id)


def _subject(row: Customer) -> Subject:
    return Subject("customer", row.id, row.version)


def _told(profile: Profile) -> dict[str, Any]:
    return _own(profile) | {"external_ids": [i.model_dump() for i in _sorted(profile.external_ids)]}


def _own(profile: Profile) -> dict[str, Any]:
    return {name: getattr(profile, name) for name in OWN}


def _sorted(ids: list[ExternalIdModel]) -> list[ExternalIdModel]:
    return sorted(ids, key=lambda i: (i.system, i.value))


def _same(known: Known, profile: Profile) -> bool:
    return _own(known.profile()) == _own(profile) and known.external_ids == _sorted(profile.external_ids)
