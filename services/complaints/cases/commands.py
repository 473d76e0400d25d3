"""What can be done about a complaint that is not settled: one function a verb, each in the given transaction.

All raise 404, 409 (the state or the order of time forbids it), 412, and return the complaint as it is then.
"""

from dataclasses import replace

from services.complaints.cases.dossier import Dossier
from services.complaints.cases.models import Acknowledgement, Assignment, Escalation, Resumption, Waiting
from services.complaints.cases.steps import Target, locked, noted, step, tell, when
from services.complaints.standards import clock
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintEscalated,
    ComplaintPaused,
    ComplaintResumed,
)
from shared.outbox import Transaction


async def acknowledge(tx: Transaction, target: Target, told: Acknowledgement) -> Dossier:
    """The customer was told that somebody cares."""
    complaint = await locked(tx, target)
    at = when(tx, complaint, "acknowledge", told.occurred_at)
    await clock.answered(tx, complaint, "acknowledge", at)
    taken = step(tx, complaint, "acknowledge", at)
    return await tell(tx, taken, [ComplaintAcknowledged()])


async def assign(tx: Transaction, target: Target, told: Assignment) -> Dossier:
    """A department owns the next step; from one department to another is a hand-over."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "assign", told.occurred_at, department=told.department)
    complaint.owner = told.owner
    return await tell(tx, taken, [ComplaintAssigned(department=told.department)])


async def escalate(tx: Transaction, target: Target, told: Escalation) -> Dossier:
    """The case goes one level up."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "escalate", told.occurred_at, comment=told.note)
    return await tell(tx, taken, [ComplaintEscalated(level=complaint.level)])


async def pause(tx: Transaction, target: Target, told: Waiting) -> Dossier:
    """We wait for the customer: the clock stands still."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "pause", told.occurred_at, comment=told.note)
    await clock.pause(tx, complaint)
    return await tell(tx, taken, [ComplaintPaused()])


async def resume(tx: Transaction, target: Target, told: Resumption) -> Dossier:
    """The customer has answered: the clock runs again, for as long as was left."""
    complaint = await locked(tx, target)
    at, before = when(tx, complaint, "resume", told.occurred_at), noted(complaint)
    await clock.resume(tx, complaint, at)  # before the step, which forgets since when it stood still
    taken = replace(step(tx, complaint, "resume", at), before=before)
    due = ComplaintResumed(due_acknowledge=complaint.due_acknowledge, due_resolve=complaint.due_resolve)
    return await tell(tx, taken, [due])
