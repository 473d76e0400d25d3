"""Settling a case, and taking it up again: one function a verb, each in the given transaction.

All raise 404, 409 (the state, the order of time or a rule forbids it), 412, and return the complaint as it is then.
"""

from datetime import datetime

from services.complaints.cases.domain import TooLateError, at_first_contact, still_reopens
from services.complaints.cases.dossier import Dossier
from services.complaints.cases.limits import Limits
from services.complaints.cases.models import Closing, Reconsideration, Resolution
from services.complaints.cases.steps import Target, locked, standing, step, tell, when
from services.complaints.cases.tables import Complaint
from services.complaints.standards import clock
from services.complaints.tasks.opening import after_resolution
from shared.events import Payload
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintWithdrawn,
)
from shared.outbox import Transaction
from shared.web.problems import WRONG_STATE, Problem


async def resolve(tx: Transaction, target: Target, told: Resolution, limits: Limits) -> Dossier:
    """The matter is settled as far as we can see; one that nobody acknowledged is so by this."""
    complaint = await locked(tx, target)
    at = when(tx, complaint, "resolve", told.occurred_at)
    await _answered(tx, complaint, at)
    case, within = standing(complaint), limits.first_contact_within
    taken = step(tx, complaint, "resolve", at, comment=told.resolution, said={})
    complaint.resolution, complaint.root_cause = told.resolution, told.root_cause
    complaint.first_contact = at_first_contact(case, complaint.occurred_at, at, told.first_contact, within)
    complaint.first_contact_claimed = told.first_contact
    resolved = ComplaintResolved(root_cause=told.root_cause, first_contact=complaint.first_contact)
    dossier = await tell(tx, taken, [resolved])
    await after_resolution(tx, complaint)
    return dossier


async def close(tx: Transaction, target: Target, told: Closing) -> Dossier:
    """Nothing is left to do."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "close", told.occurred_at)
    return await tell(tx, taken, [ComplaintClosed()])


async def reopen(tx: Transaction, target: Target, told: Reconsideration, limits: Limits) -> Dossier:
    """It was not settled after all: one contact was not enough, and the clock runs again."""
    complaint = await locked(tx, target)
    at = when(tx, complaint, "reopen", told.occurred_at)
    _in_time(complaint, at, limits)
    # Withdrawn before anybody answered: taking it up again is the answer, and no other will follow.
    answering: list[Payload] = [ComplaintAcknowledged()] if complaint.acknowledged_at is None else []
    taken = step(tx, complaint, "reopen", at, comment=told.reason)
    complaint.first_contact = False
    await clock.reopened(tx, complaint, at)
    due = ComplaintResumed(due_acknowledge=complaint.due_acknowledge, due_resolve=complaint.due_resolve)
    return await tell(tx, taken, [ComplaintReopened(), *answering, due])


async def withdraw(tx: Transaction, target: Target, told: Reconsideration) -> Dossier:
    """The customer took it back."""
    complaint = await locked(tx, target)
    at = when(tx, complaint, "withdraw", told.occurred_at)
    await _answered(tx, complaint, at)
    taken = step(tx, complaint, "withdraw", at, comment=told.reason)
    return await tell(tx, taken, [ComplaintWithdrawn()])


async def _answered(tx: Transaction, complaint: Complaint, at: datetime) -> None:
    if complaint.acknowledged_at is None:
        await clock.answered(tx, complaint, "acknowledge", at)
    await clock.answered(tx, complaint, "resolve", at)


def _in_time(complaint: Complaint, at: datetime, limits: Limits) -> None:
    try:
        still_reopens(standing(complaint), at, limits.reopen_within)
    except TooLateError as error:
        rather = f'open a new complaint that names this one: "follows": "{complaint.id}"'
        raise Problem(WRONG_STATE, f"{error}; {rather}") from None
