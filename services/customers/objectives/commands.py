"""What can be done with objectives: set one, set it again, tell its progress, review it, close it.

The verbs after the first raise 404, 409 (closed, or the order of time forbids it), 410, 412, 428.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from uuid_utils.compat import uuid7

from services.customers.objectives import domain
from services.customers.objectives.domain import Aim, RefusedError
from services.customers.objectives.models import Closing, NewObjective, ObjectivePatch, Progress, Review
from services.customers.objectives.queries import aim
from services.customers.objectives.tables import Objective
from services.customers.profiles.belongings import Target, meant
from services.customers.profiles.present import present
from shared.events import Payload
from shared.events.customers import ObjectiveClosed, ObjectiveProgressed, ObjectiveReviewed, ObjectiveSet
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.entities import add_once
from shared.web.problems import INVALID, WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"title", "target", "unit", "due_at", "strategy", "occurred_at", "simulated"}


async def set_up(tx: Transaction, customer_id: str, new: NewObjective) -> Existing[Objective]:
    """Note an objective; the same id with the same content does nothing.

    Raises 404 and 410 for the customer, 409 for an id that is in use with other content, 422 for a due time before
    the setting.
    """
    await present(tx, customer_id)
    found = await add_once(tx, _new(tx, customer_id, new), "an objective")
    row = found.entity
    if found.existed:
        return found
    _check_due(row)
    await note(tx, _subject(row), "set", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    await _tell(tx, row, _set(row))
    return found


async def set_again(tx: Transaction, target: Target, patch: ObjectivePatch) -> Objective:
    """Change the target, the due time or the strategy; what changes nothing is not told."""
    row = await meant(tx, Objective, target, "objective")
    wanted = row.model_dump(include={"target", "due_at", "strategy"}) | patch.changes()
    if wanted == row.model_dump(include=set(wanted)):
        return row
    after = _taken(lambda: domain.set_again(aim(row), patch.occurred_at, tx.recorded, **wanted))
    await _change(tx, row, after, "change")
    await _tell(tx, row, _set(row))
    return row


async def progress(tx: Transaction, target: Target, told: Progress) -> Objective:
    """Tell how far it is; less than before is a correction."""
    row = await meant(tx, Objective, target, "objective")
    after = _taken(lambda: domain.progress(aim(row), told.progress, told.occurred_at, tx.recorded))
    await _change(tx, row, after, "progress")
    await _tell(tx, row, ObjectiveProgressed(progress=row.progress))
    return row


async def review(tx: Transaction, target: Target, told: Review) -> Objective:
    """Note that it was reviewed; the words stay in its history."""
    row = await meant(tx, Objective, target, "objective")
    after = _taken(lambda: domain.review(aim(row), told.occurred_at, tx.recorded))
    await _change(tx, row, after, "review", together=told.together, note=told.note)
    await _tell(tx, row, ObjectiveReviewed(together=told.together))
    return row


async def close(tx: Transaction, target: Target, told: Closing) -> Objective:
    """Close it: it was reached, or given up."""
    row = await meant(tx, Objective, target, "objective")
    after = _taken(lambda: domain.close(aim(row), told.reached, told.occurred_at, tx.recorded))
    row.reason = told.reason
    await _change(tx, row, after, "close", reason=told.reason)
    await _tell(tx, row, ObjectiveClosed(reached=told.reached))
    return row


def _new(tx: Transaction, customer_id: str, new: NewObjective) -> Objective:
    set_at = new.occurred_at or tx.recorded
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": set_at, "last_step_at": set_at}
    content = new.content(customer_id)
    return Objective(customer_id=customer_id, content=content, created_at=tx.recorded, **told)


def _check_due(row: Objective) -> None:
    try:
        domain.check_due(row.occurred_at, row.due_at)
    except RefusedError as error:
        fault = {"pointer": "/due_at", "detail": str(error)}
        raise Problem(INVALID, "look at /due_at", errors=[fault]) from None


def _taken(step: Callable[[], Aim]) -> Aim:
    try:
        return step()
    except RefusedError as error:
        raise Problem(WRONG_STATE, str(error)) from None


async def _change(tx: Transaction, row: Objective, after: Aim, verb: str, **said: Any) -> None:
    """Let the row stand as `after`, and note what changed. `said`: words beside it."""
    stood, stands = _standing(aim(row)), _standing(after)
    for name, value in stands.items():
        setattr(row, name, value)
    row.last_step_at, row.version = after.last_step_at, row.version + 1
    await note(tx, _subject(row), verb, before=stood, after=stands | said, at=row.last_step_at)


def _standing(stands: Aim) -> dict[str, Any]:
    return {name: value for name, value in asdict(stands).items() if name not in {"set_at", "last_step_at"}}


def _set(row: Objective) -> ObjectiveSet:
    return ObjectiveSet(target=row.target, due_at=row.due_at, strategy=row.strategy)


async def _tell(tx: Transaction, row: Objective, payload: Payload) -> None:
    await tx.record(payload, key=row.customer_id, subject=row.id, time=row.last_step_at)


def _subject(row: Objective) -> Subject:
    return Subject("objective", row.id, row.version)
