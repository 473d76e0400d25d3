"""What can be done with steps from contact to cash: plan, complete, dispute, settle."""

from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from services.customers.process_steps.domain import RefusedError, Verb, take
from services.customers.process_steps.models import NewProcessStep
from services.customers.process_steps.queries import standing
from services.customers.process_steps.tables import ProcessStep
from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from shared.events.customers import ProcessStepCompleted, ProcessStepDisputed, ProcessStepDue
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.amounts import money
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"step", "due_at", "amount", "currency", "about", "occurred_at", "simulated"}
_CHANGING = {"completed_at", "disputed_at", "reason", "settled_at"}


async def plan(tx: Transaction, customer_id: str, new: NewProcessStep) -> Existing[ProcessStep]:
    """Note a step that is planned; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content.
    """
    await present(tx, customer_id)
    made = await add_once(tx, _new(tx, customer_id, new), "a step")
    row = made.entity
    if not made.existed:
        await note(tx, _subject(row), "plan", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
        due = ProcessStepDue(due_at=row.due_at, **_what(row))
        await tx.record(due, key=customer_id, subject=row.id, time=row.occurred_at)
    return made


async def complete(tx: Transaction, target: Target, told: datetime | None) -> ProcessStep:
    """Note that the step is done, in time or late. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, ProcessStep, target, "step")
    at = await _take(tx, row, "complete", told)
    await tx.record(ProcessStepCompleted(**_what(row)), key=row.customer_id, subject=row.id, time=at)
    return row


async def dispute(tx: Transaction, target: Target, told: datetime | None, reason: str) -> ProcessStep:
    """Note that the customer disputes the step. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, ProcessStep, target, "step")
    at = await _take(tx, row, "dispute", told, reason)
    await tx.record(ProcessStepDisputed(**_what(row)), key=row.customer_id, subject=row.id, time=at)
    return row


async def settle(tx: Transaction, target: Target, told: datetime | None) -> ProcessStep:
    """Note that the dispute is over; that there was one stands. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, ProcessStep, target, "step")
    await _take(tx, row, "settle", told)
    return row


def _new(tx: Transaction, customer_id: str, new: NewProcessStep) -> ProcessStep:
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    return ProcessStep(**told, customer_id=customer_id, content=new.content(customer_id), created_at=tx.recorded)


async def _take(
    tx: Transaction, row: ProcessStep, verb: Verb, told: datetime | None, reason: str | None = None
) -> datetime:
    """Change the row and note it; when it was."""
    try:
        after = take(standing(row), verb, told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    before, at = row.model_dump(include=_CHANGING), after.last_told_at
    row.completed_at, row.disputed_at, row.settled_at = after.completed_at, after.disputed_at, after.settled_at
    row.reason, row.version = reason or row.reason, row.version + 1
    await note(tx, _subject(row), verb, before=before, after=row.model_dump(include=_CHANGING), at=at)
    return at


def _what(row: ProcessStep) -> dict[str, Any]:
    return {"step": row.step, "amount": money(row.amount, row.currency)}


def _subject(row: ProcessStep) -> Subject:
    return Subject("process_step", row.id, row.version)
