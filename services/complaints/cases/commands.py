"""What can be done about a complaint: one function a verb, each in the given transaction.

All raise 404, 409 (the state or the order of time forbids it), 412, 428, and return the complaint as it is then.
"""

from decimal import Decimal

from services.complaints.cases.dossier import Dossier
from services.complaints.cases.models import (
    Acknowledgement,
    Assignment,
    Closing,
    Escalation,
    Reconsideration,
    Remedy,
    Resolution,
)
from services.complaints.cases.steps import Target, locked, step, tell
from services.complaints.cases.tables import Complaint, ComplaintRemedy
from shared.events import Money, Payload
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintEscalated,
    ComplaintRemedyGranted,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintWithdrawn,
)
from shared.outbox import Transaction


async def acknowledge(tx: Transaction, target: Target, told: Acknowledgement) -> Dossier:
    """The customer was told that somebody cares."""
    complaint = await locked(tx, target)
    step(tx, complaint, "acknowledge", told.occurred_at)
    return await tell(tx, complaint, [ComplaintAcknowledged()])


async def assign(tx: Transaction, target: Target, told: Assignment) -> Dossier:
    """A department owns the next step; from one department to another is a hand-over."""
    complaint = await locked(tx, target)
    step(tx, complaint, "assign", told.occurred_at, department=told.department)
    complaint.owner = told.owner
    return await tell(tx, complaint, [ComplaintAssigned(department=told.department)])


async def escalate(tx: Transaction, target: Target, told: Escalation) -> Dossier:
    """The case goes one level up."""
    complaint = await locked(tx, target)
    step(tx, complaint, "escalate", told.occurred_at, note=told.note)
    return await tell(tx, complaint, [ComplaintEscalated(level=complaint.level)])


async def resolve(tx: Transaction, target: Target, told: Resolution) -> Dossier:
    """The matter is settled as far as we can see; one that nobody acknowledged is so by this."""
    complaint = await locked(tx, target)
    step(tx, complaint, "resolve", told.occurred_at, note=told.resolution)
    complaint.resolution, complaint.root_cause = told.resolution, told.root_cause
    complaint.first_contact = told.first_contact
    resolved = ComplaintResolved(root_cause=told.root_cause, first_contact=told.first_contact)
    return await tell(tx, complaint, [resolved])


async def close(tx: Transaction, target: Target, told: Closing) -> Dossier:
    """Nothing is left to do."""
    complaint = await locked(tx, target)
    step(tx, complaint, "close", told.occurred_at)
    return await tell(tx, complaint, [ComplaintClosed()])


async def reopen(tx: Transaction, target: Target, told: Reconsideration) -> Dossier:
    """It was not settled after all."""
    complaint = await locked(tx, target)
    payloads: list[Payload] = [ComplaintReopened()]
    if complaint.acknowledged_at is None:
        # Withdrawn before anybody answered: taking it up again is the answer, and no other will follow.
        payloads.append(ComplaintAcknowledged())
    step(tx, complaint, "reopen", told.occurred_at, note=told.reason)
    return await tell(tx, complaint, payloads)


async def withdraw(tx: Transaction, target: Target, told: Reconsideration) -> Dossier:
    """The customer took it back."""
    complaint = await locked(tx, target)
    step(tx, complaint, "withdraw", told.occurred_at, note=told.reason)
    return await tell(tx, complaint, [ComplaintWithdrawn()])


async def grant_remedy(tx: Transaction, target: Target, told: Remedy) -> Dossier:
    """Something is given to set it right."""
    complaint = await locked(tx, target)
    step(tx, complaint, "remedy", told.occurred_at)
    tx.session.add(_remedy(complaint, told, told.granted_by or tx.actor))
    cost = _money(told.cost_amount, told.currency)
    return await tell(tx, complaint, [ComplaintRemedyGranted(kind=told.kind, cost=cost)])


def _remedy(complaint: Complaint, told: Remedy, granted_by: str) -> ComplaintRemedy:
    return ComplaintRemedy(
        complaint_id=complaint.id,
        number=complaint.version,
        kind=told.kind,
        cost_amount=told.cost_amount,
        currency=told.currency,
        granted_by=granted_by,
        occurred_at=complaint.last_step_at,
    )


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return Money(amount=amount, currency=currency) if amount is not None and currency is not None else None
