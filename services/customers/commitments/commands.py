"""What can be done with commitments: make one, meet it, and miss those whose time is over."""

from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from services.customers.commitments import domain
from services.customers.commitments.domain import Promise, RefusedError
from services.customers.commitments.models import NewCommitment
from services.customers.commitments.queries import due, promise
from services.customers.commitments.tables import Commitment
from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from shared.events import Payload
from shared.events.customers import CommitmentMade, CommitmentMet, CommitmentMissed
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"what", "due_at", "occurred_at", "link", "made_by", "state", "simulated"}
_OUTCOME = {"state", "met_at"}
_TELLING: dict[str, tuple[str, Payload]] = {"met": ("meet", CommitmentMet()), "missed": ("miss", CommitmentMissed())}
"""The verb and the event by which a promise comes into a state."""


async def make(tx: Transaction, customer_id: str, new: NewCommitment) -> Existing[Commitment]:
    """Note a promise; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content, 422 for a due time before
    the promise.
    """
    await present(tx, customer_id)
    found = await add_once(tx, _new(tx, customer_id, new), "a commitment")
    row = found.entity
    if found.existed:
        return found
    _check_order(row)
    await note(tx, _subject(row), "make", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    made = CommitmentMade(due_at=row.due_at, link=row.link)
    await tx.record(made, key=customer_id, subject=row.id, time=row.occurred_at)
    return found


async def meet(tx: Transaction, target: Target, told: datetime | None) -> Commitment:
    """Note that a promise was met, in time or late. Raises 404, 409, 410, 412, 428.

    Met late, it was missed first, whether the clock has looked by then or not.
    """
    row = await meant(tx, Commitment, target, "commitment")
    try:
        steps = domain.meet(promise(row), told, tx.recorded)
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    for after in steps:
        await _step(tx, row, after)
    return row


async def miss_due(tx: Transaction) -> int:
    """The duty: miss the open promises whose time is over, in the order of their due times; answers how many."""
    rows = await due(tx.session, tx.recorded)
    for row in rows:
        await _step(tx, row, domain.miss(promise(row)))
    return len(rows)


async def _step(tx: Transaction, row: Commitment, after: Promise) -> None:
    before, at = _outcome(row), after.met_at or after.due_at
    row.state, row.met_at, row.version = after.state, after.met_at, row.version + 1
    verb, payload = _TELLING[after.state]
    await note(tx, _subject(row), verb, before=before, after=_outcome(row), at=at)
    await tx.record(payload, key=row.customer_id, subject=row.id, time=at)


def _new(tx: Transaction, customer_id: str, new: NewCommitment) -> Commitment:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    content = new.content(customer_id)
    return Commitment(
        id=new.id or str(uuid7()), customer_id=customer_id, content=content, created_at=tx.recorded, **told
    )


def _check_order(row: Commitment) -> None:
    try:
        domain.promised(row.occurred_at, row.due_at)
    except RefusedError as error:
        fault = {"pointer": "/due_at", "detail": str(error)}
        raise Problem(INVALID, "look at /due_at", errors=[fault]) from None


def _outcome(row: Commitment) -> dict[str, Any]:
    return row.model_dump(include=_OUTCOME)


def _subject(row: Commitment) -> Subject:
    return Subject("commitment", row.id, row.version)
