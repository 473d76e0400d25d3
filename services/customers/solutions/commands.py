"""What can be done with solutions: promise, deliver."""

from datetime import datetime

from uuid_utils.compat import uuid7

from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from services.customers.solutions import domain
from services.customers.solutions.domain import RefusedError
from services.customers.solutions.models import NewSolution
from services.customers.solutions.tables import Solution
from shared.events.visits import SolutionDelivered, SolutionPromised
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"what", "due_at", "occurred_at", "simulated"}


async def promise(tx: Transaction, customer_id: str, new: NewSolution) -> Existing[Solution]:
    """Note what we promise to solve; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content, 422 for a due time before
    the promise.
    """
    await present(tx, customer_id)
    made = await add_once(tx, _new(tx, customer_id, new), "a solution")
    if not made.existed:
        await _tell(tx, made.entity)
    return made


async def deliver(tx: Transaction, target: Target, told: datetime | None) -> Solution:
    """Note that the customer has it. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Solution, target, "solution")
    try:
        at = domain.deliver(row.occurred_at, row.delivered_at, told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    row.delivered_at, row.version = at, row.version + 1
    before, after = {"delivered_at": None}, {"delivered_at": at}
    await note(tx, _subject(row), "deliver", before=before, after=after, at=at)
    await tx.record(SolutionDelivered(), key=row.customer_id, subject=row.id, time=at)
    return row


def _new(tx: Transaction, customer_id: str, new: NewSolution) -> Solution:
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    return Solution(**told, customer_id=customer_id, content=new.content(customer_id), created_at=tx.recorded)


async def _tell(tx: Transaction, row: Solution) -> None:
    try:
        domain.promise(row.occurred_at, row.due_at)
    except RefusedError as error:
        raise Problem(INVALID, "look at /due_at", errors=[{"pointer": "/due_at", "detail": str(error)}]) from None
    await note(tx, _subject(row), "promise", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    await tx.record(SolutionPromised(due_at=row.due_at), key=row.customer_id, subject=row.id, time=row.occurred_at)


def _subject(row: Solution) -> Subject:
    return Subject("solution", row.id, row.version)
