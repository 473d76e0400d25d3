"""What can be done with two records of one customer: merge, unmerge. Facts stay under the id that they came with."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from services.customers.merges.domain import RefusedError, Standing, check_merge, check_unmerge
from services.customers.merges.models import Merge, Unmerge
from services.customers.merges.queries import survivors
from services.customers.profiles.commands import find
from services.customers.profiles.known import Known
from services.customers.profiles.tables import Customer
from services.customers.prospects.commands import joined
from services.customers.prospects.purchases import hold
from shared.erased import gone
from shared.events.customers import CustomerMerged, CustomerUnmerged
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.preconditions import demand_match
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

_STANDING = {"merged_into", "merged_at", "unmerged_at"}


async def merge(tx: Transaction, customer_id: str, told: Merge, if_match: str | None) -> Known:
    """Note that a record is of the customer `told.into`; the same again does nothing.

    Raises 404, 410, 412, 428, and 409 where a rule of `domain` refuses it.
    """
    if await tx.refused([customer_id, told.into]):
        raise gone()
    roots = await hold(tx.session, [customer_id, told.into], whole=True)
    both = {each: await _found(tx, each) for each in sorted({customer_id, told.into})}
    known, row = both[customer_id], both[customer_id].customer
    if row.merged_into == told.into and told.occurred_at in {None, row.merged_at}:
        return known
    demand_match(if_match, row.version)
    parted = [each.customer.unmerged_at or tx.recorded for each in both.values()]
    at = told.occurred_at or max(tx.recorded, *parted)
    try:
        check_merge(_standing(row), _standing(both[told.into].customer), await _root(tx, told.into), at)
    except RefusedError as refused:
        raise Problem(WRONG_STATE, str(refused)) from None
    await _change(tx, row, "merge", at, merged_into=told.into, merged_at=at)
    await tx.record(CustomerMerged(into=told.into, at=at), key=row.id, subject=row.id, time=at)
    await joined(tx, roots)
    return known


async def unmerge(tx: Transaction, customer_id: str, told: Unmerge, if_match: str | None) -> Known:
    """Note that the record is a customer of their own again; the same again does nothing. Raises as `merge` does."""
    await tx.admit(customer_id)
    known = await _found(tx, customer_id)
    row = known.customer
    if row.merged_into is None and row.unmerged_at is not None and told.occurred_at in {None, row.unmerged_at}:
        return known
    demand_match(if_match, row.version)
    at = told.occurred_at or max(tx.recorded, row.merged_at or tx.recorded)
    try:
        check_unmerge(_standing(row), at)
    except RefusedError as refused:
        raise Problem(WRONG_STATE, str(refused)) from None
    await _change(tx, row, "unmerge", at, merged_into=None, merged_at=None, unmerged_at=at)
    await tx.record(CustomerUnmerged(at=at), key=row.id, subject=row.id, time=at)
    return known


async def _found(tx: Transaction, customer_id: str) -> Known:
    known = await find(tx, customer_id)
    if known is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    return known


async def _root(tx: Transaction, customer_id: str) -> str:
    ids = select(col(Customer.id)).where(col(Customer.id) == customer_id)
    return (await tx.session.execute(survivors(ids))).scalar_one()


async def _change(tx: Transaction, row: Customer, verb: str, at: datetime, **standing: str | datetime | None) -> None:
    before = row.model_dump(include=_STANDING)
    for name, value in standing.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, tx.recorded
    after = row.model_dump(include=_STANDING)
    await note(tx, Subject("customer", row.id, row.version), verb, before=before, after=after, at=at)


def _standing(row: Customer) -> Standing:
    return Standing(row.id, row.merged_into, row.merged_at, row.unmerged_at)
