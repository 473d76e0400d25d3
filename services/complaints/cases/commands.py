"""What can be done about a complaint: one function a verb, each in the given transaction.

All raise 404, 409 (the state or the order of time forbids it), 412, and return the complaint as it is then.
"""

from services.complaints.cases.dossier import Dossier
from services.complaints.cases.models import (
    Acknowledgement,
    Assignment,
    Closing,
    Escalation,
    Reconsideration,
    Resolution,
)
from services.complaints.cases.steps import Target, locked, step, tell
from shared.events import Payload
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintWithdrawn,
)
from shared.outbox import Transaction


async def acknowledge(tx: Transaction, target: Target, told: Acknowledgement) -> Dossier:
    """The customer was told that somebody cares."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "acknowledge", told.occurred_at)
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


async def resolve(tx: Transaction, target: Target, told: Resolution) -> Dossier:
    """The matter is settled as far as we can see; one that nobody acknowledged is so by this."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "resolve", told.occurred_at, comment=told.resolution, said={})
    complaint.resolution, complaint.root_cause = told.resolution, told.root_cause
    complaint.first_contact = told.first_contact
    resolved = ComplaintResolved(root_cause=told.root_cause, first_contact=told.first_contact)
    return await tell(tx, taken, [resolved])


async def close(tx: Transaction, target: Target, told: Closing) -> Dossier:
    """Nothing is left to do."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "close", told.occurred_at)
    return await tell(tx, taken, [ComplaintClosed()])


async def reopen(tx: Transaction, target: Target, told: Reconsideration) -> Dossier:
    """It was not settled after all."""
    complaint = await locked(tx, target)
    payloads: list[Payload] = [ComplaintReopened()]
    if complaint.acknowledged_at is None:
        # Withdrawn before anybody answered: taking it up again is the answer, and no other will follow.
        payloads.append(ComplaintAcknowledged())
    taken = step(tx, complaint, "reopen", told.occurred_at, comment=told.reason)
    return await tell(tx, taken, payloads)


async def withdraw(tx: Transaction, target: Target, told: Reconsideration) -> Dossier:
    """The customer took it back."""
    complaint = await locked(tx, target)
    taken = step(tx, complaint, "withdraw", told.occurred_at, comment=told.reason)
    return await tell(tx, taken, [ComplaintWithdrawn()])
