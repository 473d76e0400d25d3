"""What is given to set a case right (K01, K03). Raises what the verbs of cases raise."""

from decimal import Decimal
from typing import Any

from services.complaints.cases.dossier import Dossier
from services.complaints.cases.models import Remedy
from services.complaints.cases.steps import Target, locked, step, tell
from services.complaints.cases.tables import ComplaintRemedy
from shared.events import Money
from shared.events.complaints import ComplaintRemedyGranted
from shared.outbox import Transaction


async def grant_remedy(tx: Transaction, target: Target, told: Remedy) -> Dossier:
    """Something is given to set it right."""
    complaint = await locked(tx, target)
    given = _given(told, tx.actor)
    taken = step(tx, complaint, "remedy", told.occurred_at, said=given)
    number, moment = complaint.version, complaint.last_step_at
    tx.session.add(ComplaintRemedy(complaint_id=complaint.id, number=number, occurred_at=moment, **given))
    cost = _money(told.cost_amount, told.currency)
    return await tell(tx, taken, [ComplaintRemedyGranted(kind=told.kind, cost=cost)])


def _given(told: Remedy, actor: str) -> dict[str, Any]:
    by = told.granted_by or actor
    return {"kind": told.kind, "cost_amount": told.cost_amount, "currency": told.currency, "granted_by": by}


def _money(amount: Decimal | None, currency: str | None) -> Money | None:
    return Money(amount=amount, currency=currency) if amount is not None and currency is not None else None
