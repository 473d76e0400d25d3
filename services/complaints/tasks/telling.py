"""A follow-up as events and the history tell of it."""

from collections.abc import Mapping
from typing import Any, cast

from services.complaints.tasks.domain import FollowUp, Origin
from services.complaints.tasks.tables import Task
from shared.events.complaints import TaskCompleted, TaskOpened
from shared.history import Subject, note
from shared.outbox import Transaction

_CHANGING = {"owner", "done_at", "outcome", "how"}
_TOLD = {"customer_id", "store_id", "kind", "what", "origin", "about_id", "cause", "due_at", "owner", "simulated"}


def standing(row: Task) -> FollowUp:
    """How a follow-up stands."""
    return FollowUp(row.occurred_at, row.due_at, row.last_step_at, row.owner, row.done_at)


def changing(row: Task) -> Mapping[str, Any]:
    """What a follow-up's steps can change, as it is."""
    return row.model_dump(include=_CHANGING)


async def tell_opened(tx: Transaction, row: Task) -> None:
    """Note and publish that a follow-up is due."""
    after = row.model_dump(include=_TOLD)
    await note(tx, _subject(row), "open", before=None, after=after, at=row.occurred_at)
    opened = TaskOpened(due_at=row.due_at, origin=cast("Origin", row.origin))
    await tx.record(opened, key=row.customer_id, subject=row.id, time=row.occurred_at, store=row.store_id)


async def tell_step(tx: Transaction, row: Task, verb: str, before: Mapping[str, Any]) -> None:
    """Note a step that was just taken."""
    await note(tx, _subject(row), verb, before=before, after=changing(row), at=row.last_step_at)


async def tell_done(tx: Transaction, row: Task) -> None:
    """Publish that the follow-up was done, its newest step."""
    done = TaskCompleted(outcome=row.outcome)
    await tx.record(done, key=row.customer_id, subject=row.id, time=row.last_step_at, store=row.store_id)


def _subject(row: Task) -> Subject:
    return Subject("task", row.id, row.version)
