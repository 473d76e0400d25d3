"""What can be done with doubts: raise one, resolve it."""

from uuid_utils.compat import uuid7

from services.customers.doubts.domain import WrongStateError, resolve
from services.customers.doubts.models import NewDoubt, Resolution
from services.customers.doubts.tables import Doubt
from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from shared.events.visits import DoubtRaised, DoubtResolved
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"topic", "words", "visit_id", "occurred_at", "simulated"}
_SETTLED = {"resolved_at", "outcome", "answer"}


async def raise_doubt(tx: Transaction, customer_id: str, new: NewDoubt) -> Existing[Doubt]:
    """Note a doubt; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content.
    """
    await present(tx, customer_id)
    found = await add_once(tx, _new(tx, customer_id, new), "a doubt")
    row = found.entity
    if not found.existed:
        await note(tx, _subject(row), "raise", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
        await tx.record(DoubtRaised(topic=row.topic), key=customer_id, subject=row.id, time=row.occurred_at)
    return found


async def settle(tx: Transaction, target: Target, told: Resolution) -> Doubt:
    """Note what came of a doubt. Raises 404, 409, 410, 412, 428."""
    row = await meant(tx, Doubt, target, "doubt")
    before = row.model_dump(include=_SETTLED)
    try:
        at = resolve(row.occurred_at, row.resolved_at, told.occurred_at, tx.recorded)
    except WrongStateError as error:
        raise Problem(WRONG_STATE, str(error)) from None
    row.resolved_at, row.outcome, row.answer, row.version = at, told.outcome, told.words, row.version + 1
    await note(tx, _subject(row), "resolve", before=before, after=row.model_dump(include=_SETTLED), at=at)
    await tx.record(DoubtResolved(outcome=told.outcome), key=row.customer_id, subject=row.id, time=at)
    return row


def _new(tx: Transaction, customer_id: str, new: NewDoubt) -> Doubt:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    content = new.content(customer_id)
    return Doubt(id=new.id or str(uuid7()), customer_id=customer_id, content=content, created_at=tx.recorded, **told)


def _subject(row: Doubt) -> Subject:
    return Subject("doubt", row.id, row.version)
