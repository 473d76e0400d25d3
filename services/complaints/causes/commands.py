"""What can be done with corrective actions: agree on one, complete it."""

from dataclasses import dataclass
from typing import Any, cast

from uuid_utils.compat import uuid7

from services.complaints.cases import queries as cases
from services.complaints.cases.dossier import whose
from services.complaints.cases.tables import Complaint
from services.complaints.causes import actions
from services.complaints.causes.actions import Action, RefusedError, State
from services.complaints.causes.models import Completion, NewAction
from services.complaints.causes.queries import action
from services.complaints.causes.tables import CorrectiveAction
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, meant
from shared.web.problems import INVALID, WRONG_STATE, Kind, Problem
from shared.web.work import Existing

_TOLD = {"complaint_id", "what", "due_at", "owner", "occurred_at", "state"}
_OUTCOME = {"state", "completed_at", "effective"}


@dataclass(frozen=True, slots=True)
class Target:
    """The corrective action that a caller means, in the version they read (`If-Match`)."""

    complaint_id: str
    action_id: str
    if_match: str | None
    caller: Principal


async def agree(tx: Transaction, complaint_id: str, new: NewAction, caller: Principal) -> Existing[CorrectiveAction]:
    """Note what is to be done about a complaint's cause; the same id with the same content does nothing.

    Raises 404 and 410 for the complaint, 409 for an id that is in use with other content, 422 for times out of order.
    """
    complaint = (await cases.one(tx.session, complaint_id, caller)).complaint
    await tx.admit(whose(complaint))
    found = await add_once(tx, _new(tx, complaint, new), "a corrective action")
    row = found.entity
    if not found.existed:
        _check_order(complaint, row)
        await note(tx, _subject(row), "agree", before=None, after=row.model_dump(include=_TOLD), at=row.occurred_at)
    return found


async def complete(tx: Transaction, target: Target, told: Completion) -> CorrectiveAction:
    """Note that it was done, and whether it helped. Raises 404, 409, 410, 412, 428."""
    named = await action(tx.session, target.complaint_id, target.action_id, target.caller)
    await tx.admit(named.customer_id)
    row = await meant(tx, CorrectiveAction, target.action_id, target.if_match, "corrective action")
    try:
        after = actions.complete(_standing(row), told.occurred_at, tx.recorded)
    except RefusedError as error:
        raise _refused(WRONG_STATE, error) from None
    before = _outcome(row)
    row.state, row.completed_at, row.effective = after.state, after.completed_at, told.effective
    row.version += 1
    await note(tx, _subject(row), "complete", before=before, after=_outcome(row), at=after.completed_at)
    return row


def _new(tx: Transaction, complaint: Complaint, new: NewAction) -> CorrectiveAction:
    # Another clock may be ahead of ours: what is agreed now still comes after the complaint.
    at = new.occurred_at or max(tx.recorded, complaint.occurred_at)
    return CorrectiveAction(
        id=new.id or str(uuid7()),
        complaint_id=complaint.id,
        customer_id=whose(complaint),
        store_id=complaint.store_id,
        content=new.content(complaint.id),
        created_at=tx.recorded,
        **new.model_dump(exclude={"id"}) | {"occurred_at": at},
    )


def _check_order(complaint: Complaint, row: CorrectiveAction) -> None:
    try:
        actions.agree(complaint.occurred_at, row.occurred_at, row.due_at)
    except RefusedError as error:
        raise _refused(INVALID, error) from None


def _refused(kind: Kind, error: RefusedError) -> Problem:
    faults = [{"pointer": f"/{error.field}", "detail": str(error)}] if error.field else []
    return Problem(kind, str(error), errors=faults)


def _standing(row: CorrectiveAction) -> Action:
    return Action(row.occurred_at, row.due_at, cast("State", row.state), row.completed_at)


def _outcome(row: CorrectiveAction) -> dict[str, Any]:
    return row.model_dump(include=_OUTCOME)


def _subject(row: CorrectiveAction) -> Subject:
    return Subject("corrective_action", row.id, row.version)
