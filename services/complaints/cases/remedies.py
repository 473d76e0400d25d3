"""What is given to set a case right (K01), as far as the granter's training allows (K03).

All raise what the verbs of cases raise, and 403 for more than the granter may grant.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from services.complaints.authority.granting import demand_authority, demand_price
from services.complaints.cases.dossier import Dossier
from services.complaints.cases.models import Remedy
from services.complaints.cases.steps import Taken, Target, locked, step, tell
from services.complaints.cases.tables import ComplaintRemedy
from shared.events import Money
from shared.events.complaints import ComplaintRemedyGranted, RemedyKind
from shared.news import is_news
from shared.outbox import Transaction
from shared.web.amounts import money


@dataclass(frozen=True, slots=True)
class Gift:
    """What is given, what it costs us, and who grants it."""

    kind: RemedyKind
    cost_amount: Decimal | None
    currency: str | None
    granted_by: str

    def said(self) -> dict[str, Any]:
        """What the history keeps of it."""
        return asdict(self)

    def cost(self) -> Money | None:
        """The cost, where there is one."""
        return money(self.cost_amount, self.currency)


async def grant_remedy(tx: Transaction, target: Target, told: Remedy) -> Dossier:
    """Something is given to set it right."""
    complaint = await locked(tx, target)
    gift = Gift(told.kind, told.cost_amount, told.currency, told.granted_by or tx.actor)
    return await give(tx, step(tx, complaint, "remedy", told.occurred_at, said=gift.said()), gift)


async def give(tx: Transaction, taken: Taken, gift: Gift, *, escalated: bool = False) -> Dossier:
    """Give it by a step that was just taken, at its moment. `escalated`: somebody else had asked for it.

    What is news must be theirs to grant now, too: nobody goes back behind the end of a training.
    """
    complaint = taken.complaint
    await demand_price(tx.session, gift.kind, gift.cost_amount)
    moments = {complaint.last_step_at, tx.recorded if is_news(complaint.last_step_at, tx.recorded) else None}
    for at in filter(None, moments):
        await demand_authority(tx.session, gift.granted_by, gift.cost_amount, gift.currency, at)
    number, moment = complaint.version, complaint.last_step_at
    tx.session.add(ComplaintRemedy(complaint_id=complaint.id, number=number, occurred_at=moment, **gift.said()))
    return await tell(tx, taken, [ComplaintRemedyGranted(kind=gift.kind, cost=gift.cost(), escalated=escalated)])
