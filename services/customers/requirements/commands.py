"""What can be done with requirements: state one, check what was delivered against it, miss the due, withdraw it."""

from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from services.customers.profiles.belongings import locked_of
from services.customers.profiles.present import present
from services.customers.requirements import domain
from services.customers.requirements.domain import RefusedError
from services.customers.requirements.models import NewCheck, NewRequirement
from services.customers.requirements.queries import demand, due, last_check
from services.customers.requirements.tables import Requirement, RequirementCheck
from shared.events.customers import RequirementChecked
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.preconditions import demand_match
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_STATED = {"what", "measure", "due_at", "occurred_at", "simulated"}
_CHECKED = {"conforms", "about_kind", "about_id", "note", "simulated"}


@dataclass(frozen=True, slots=True)
class Target:
    """The requirement that is meant, and of whom."""

    customer_id: str
    id: str


async def state(tx: Transaction, customer_id: str, new: NewRequirement) -> Existing[Requirement]:
    """Note what a customer requires; the same id with the same content does nothing.

    Raises 404, 409, 410, and 422 for a due time before the statement.
    Nothing is told of it: an event holds no words, and only a check measures anything.
    """
    await present(tx, customer_id)
    found = await add_once(tx, _new(tx, customer_id, new), "a requirement")
    row = found.entity
    if not found.existed:
        _check_due(row)
        told = row.model_dump(include=_STATED)
        await note(tx, _subject(row), "state", before=None, after=told, at=row.occurred_at)
    return found


async def check(tx: Transaction, target: Target, new: NewCheck) -> Existing[RequirementCheck]:
    """Note a check; the same id with the same content does nothing.

    Raises 404, 410, and 409 for a time at which nothing was required or an id that is in use with other content.
    """
    requirement = await _of_customer(tx, target)
    found = await add_once(tx, _new_check(tx, requirement, new), "a check")
    row = found.entity
    if found.existed:
        return found
    row.occurred_at = _checked_at(tx, requirement, new.occurred_at)
    await _checked(tx, requirement, row)
    return found


async def miss_due(tx: Transaction) -> int:
    """The duty: requirements that nobody checked by their due time are not conformed to then; answers how many."""
    rows = await due(tx.session, tx.recorded)
    for requirement in rows:
        missed = NewCheck.model_construct(
            conforms=False, occurred_at=requirement.due_at, simulated=requirement.simulated
        )
        row = _new_check(tx, requirement, missed)
        tx.session.add(row)
        await _checked(tx, requirement, row)
    return len(rows)


async def withdraw(tx: Transaction, target: Target, told: datetime | None, if_match: str | None) -> Requirement:
    """Note that the customer requires it no more. Raises 404, 409, 410, 412, 428."""
    row = await _of_customer(tx, target)
    demand_match(if_match, row.version)
    try:
        after = domain.withdraw(demand(row), await last_check(tx.session, row), told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    before = {"withdrawn_at": row.withdrawn_at}
    row.withdrawn_at, row.version = after.withdrawn_at, row.version + 1
    row.awaited = row.awaited and domain.awaited(row.due_at, row.withdrawn_at)
    changed = {"withdrawn_at": row.withdrawn_at}
    await note(tx, _subject(row), "withdraw", before=before, after=changed, at=row.withdrawn_at)
    return row


async def _of_customer(tx: Transaction, target: Target) -> Requirement:
    return await locked_of(tx, Requirement, target.customer_id, target.id, "requirement")


async def _checked(tx: Transaction, requirement: Requirement, row: RequirementCheck) -> None:
    requirement.awaited = False
    part = Subject("requirement", requirement.id, row.version, f"checks/{row.id}")
    await note(tx, part, "check", before=None, after=row.model_dump(include=_CHECKED), at=row.occurred_at)
    payload = RequirementChecked(conforms=row.conforms)
    await tx.record(payload, key=requirement.customer_id, subject=requirement.id, time=row.occurred_at)


def _check_due(row: Requirement) -> None:
    try:
        domain.check_due(row.occurred_at, row.due_at)
    except RefusedError as error:
        fault = {"pointer": "/due_at", "detail": str(error)}
        raise Problem(INVALID, "look at /due_at", errors=[fault]) from None


def _checked_at(tx: Transaction, requirement: Requirement, told: datetime | None) -> datetime:
    try:
        return domain.checked_at(demand(requirement), told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


def _new(tx: Transaction, customer_id: str, new: NewRequirement) -> Requirement:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    told["awaited"] = domain.awaited(new.due_at)
    content = new.content(customer_id)
    return Requirement(
        id=new.id or str(uuid7()), customer_id=customer_id, content=content, created_at=tx.recorded, **told
    )


def _new_check(tx: Transaction, requirement: Requirement, new: NewCheck) -> RequirementCheck:
    about = new.about
    return RequirementCheck(
        id=new.id or str(uuid7()),
        customer_id=requirement.customer_id,
        requirement_id=requirement.id,
        about_kind=about.kind if about else None,
        about_id=about.id if about else None,
        content=new.content(f"{requirement.customer_id}/{requirement.id}"),
        created_at=tx.recorded,
        occurred_at=new.occurred_at or tx.recorded,
        **new.model_dump(include={"conforms", "note", "simulated"}),
    )


def _subject(row: Requirement) -> Subject:
    return Subject("requirement", row.id, row.version)
