"""What can be done with follow-ups: open one, give it to somebody else, do it.

The two verbs after `open_` raise 404 (another store's too), 409, 410, 412 and 428.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from uuid_utils.compat import uuid7

from services.complaints.surveys.occasions import agreed, store_of
from services.complaints.tasks import domain
from services.complaints.tasks.domain import FollowUp, RefusedError
from services.complaints.tasks.models import Completion, NewTask, Reassignment
from services.complaints.tasks.queries import belonging
from services.complaints.tasks.tables import Task
from services.complaints.tasks.telling import changing, standing, tell_done, tell_opened, tell_step
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_WITH_STORE = {"complaint", "survey"}


@dataclass(frozen=True, slots=True)
class Target:
    """The follow-up that a caller means, in the version they read (`If-Match`)."""

    task_id: str
    if_match: str | None
    caller: Principal


async def open_(tx: Transaction, new: NewTask, caller: Principal) -> Existing[Task]:
    """Note what is to be done; the same id with the same content does nothing.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id that is in use with other
    content, 410 for who was erased, 422 for a due time before the opening and for what is another customer's or was in
    another store.
    """
    await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "a follow-up")
    row = found.entity
    if not found.existed and row.about_id is not None and row.origin in _WITH_STORE:
        where = await store_of(tx.session, caller, row.customer_id, row.origin, row.about_id)
        row.store_id = agreed(row.store_id, where)
    caller.demand_store(row.store_id)
    if not found.existed:
        _check_order(row)
        await tell_opened(tx, row)
    return found


async def complete(tx: Transaction, target: Target, told: Completion) -> Task:
    """It was done, in time or late."""
    row = await _meant(tx, target)
    with _refusals():
        after = domain.complete(standing(row), told.occurred_at, tx.recorded)
    before = changing(row)
    row.outcome, row.how = told.outcome, told.how
    _stand(row, after)
    await tell_step(tx, row, "complete", before)
    await tell_done(tx, row)
    return row


async def reassign(tx: Transaction, target: Target, told: Reassignment) -> Task:
    """Somebody else is to do it."""
    row = await _meant(tx, target)
    with _refusals():
        after = domain.reassign(standing(row), told.owner, told.occurred_at, tx.recorded)
    before = changing(row)
    _stand(row, after)
    await tell_step(tx, row, "reassign", before)
    return row


async def _meant(tx: Transaction, target: Target) -> Task:
    found = await belonging(tx.session, target.task_id)
    if found.store_id is not None:
        target.caller.hide_other_stores(found.store_id)
    await tx.admit(found.customer_id)  # before the row is locked, as an erasure does
    return await meant(tx, Task, target.task_id, target.if_match, "follow-up")


def _stand(row: Task, after: FollowUp) -> None:
    row.owner, row.done_at, row.last_step_at = after.owner, after.done_at, after.last_step_at
    row.version += 1


def _new(tx: Transaction, new: NewTask) -> Task:
    at = new.occurred_at or tx.recorded
    told = new.model_dump(exclude={"id", "about"}) | {"id": new.id or str(uuid7()), "occurred_at": at}
    return Task(
        **told,
        origin=new.about.kind if new.about else "other",
        about_id=new.about.id if new.about else None,
        last_step_at=at,
        content=new.content(),
        created_at=tx.recorded,
    )


def _check_order(row: Task) -> None:
    try:
        domain.opened(row.occurred_at, row.due_at, row.owner)
    except RefusedError as error:
        fault = {"pointer": "/due_at", "detail": str(error)}
        raise Problem(INVALID, "look at /due_at", errors=[fault]) from None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None
