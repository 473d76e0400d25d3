"""What can be done with ideas: record one, decide on it, answer who had it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from uuid_utils.compat import uuid7

from services.complaints.ideas.domain import RefusedError, Standing, State, Verb, take
from services.complaints.ideas.models import NewAnswer, NewDecision, NewIdea
from services.complaints.ideas.queries import one
from services.complaints.ideas.tables import Idea
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import WRONG_STATE, Problem
from shared.web.work import Existing

_TOLD = {"customer_id", "store_id", "words", "about", "occurred_at", "state", "simulated"}
_CHANGING = {"state", "decision", "reason", "decided_by", "decided_at", "answer", "answered_at"}


@dataclass(frozen=True, slots=True)
class Target:
    """The idea that a caller means, in the version they read (`If-Match`)."""

    idea_id: str
    if_match: str | None
    caller: Principal


async def record(tx: Transaction, new: NewIdea, caller: Principal) -> Existing[Idea]:
    """Note an idea; the same id with the same content does nothing.

    Raises 403 for another store, 409 for an id that is in use with other content, 410 for who was erased.
    """
    caller.demand_store(new.store_id)
    if new.customer_id is not None:
        await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "an idea")
    row = found.entity
    if not found.existed:
        await note(tx, _subject(row), "record", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    return found


async def decide(tx: Transaction, target: Target, told: NewDecision) -> Idea:
    """Note what we make of it. Raises 404, 409, 410, 412, 428."""
    row = await _meant(tx, target)
    before = _changing(row)
    row.decided_at = _step(tx, row, "decide", told.occurred_at)
    row.decision, row.reason, row.decided_by = told.decision, told.reason, told.by or tx.actor
    return await _told(tx, row, "decide", before)


async def answer(tx: Transaction, target: Target, told: NewAnswer) -> Idea:
    """Note what we told who had it, after the decision and once. Raises 404, 409, 410, 412, 428."""
    row = await _meant(tx, target)
    before = _changing(row)
    row.answered_at = _step(tx, row, "answer", told.occurred_at)
    row.answer = told.words
    return await _told(tx, row, "answer", before)


async def _meant(tx: Transaction, target: Target) -> Idea:
    named = await one(tx.session, target.idea_id, target.caller)
    if named.customer_id is not None:
        await tx.admit(named.customer_id)
    return await meant(tx, Idea, target.idea_id, target.if_match, "idea")


def _step(tx: Transaction, row: Idea, verb: Verb, told: datetime | None) -> datetime:
    try:
        after = take(Standing(cast("State", row.state), row.last_step_at), verb, told, tx.recorded)
    except RefusedError as error:
        faults = [{"pointer": f"/{error.field}", "detail": str(error)}] if error.field else []
        raise Problem(WRONG_STATE, str(error), errors=faults) from None
    row.state, row.last_step_at, row.version = after.state, after.last_step_at, row.version + 1
    return after.last_step_at


async def _told(tx: Transaction, row: Idea, verb: Verb, before: dict[str, Any]) -> Idea:
    await note(tx, _subject(row), verb, before=before, after=_changing(row), at=row.last_step_at)
    return row


def _new(tx: Transaction, new: NewIdea) -> Idea:
    at = new.occurred_at or tx.recorded
    told = new.model_dump(exclude={"id"}) | {"occurred_at": at, "last_step_at": at}
    return Idea(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)


def _changing(row: Idea) -> dict[str, Any]:
    return row.model_dump(include=_CHANGING)


def _subject(row: Idea) -> Subject:
    return Subject("idea", row.id, row.version)
