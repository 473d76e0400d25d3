"""Opening a case."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.complaints.cases.dossier import Dossier, dossier
from services.complaints.cases.models import NewComplaint
from services.complaints.cases.standards import Standards
from services.complaints.cases.steps import Taken, entry, tell
from services.complaints.cases.tables import Complaint
from services.complaints.standards import clock
from shared.events.complaints import ComplaintOpened
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, Problem

_TOLD = {"category", "severity", "due_acknowledge", "due_resolve", "channel", "purchase_id", "integration_id"}


async def open_case(tx: Transaction, new: NewComplaint, standards: Standards, caller: Principal) -> Dossier:
    """Note a complaint and fix when it is due. The same id and content does nothing, other content 409.

    Raises 410 for a customer who was erased.
    """
    caller.demand_store(new.store_id)
    await tx.admit(new.customer_id)
    complaint_id = new.id or str(uuid7())
    fresh = await _insert(tx, complaint_id, new, standards)
    complaint = await tx.session.get_one(Complaint, complaint_id)
    if fresh:
        await clock.start(tx, complaint)
        taken = Taken(complaint, entry(tx, complaint, "open"))
        return await tell(tx, taken, [ComplaintOpened(**complaint.model_dump(include=_TOLD))])
    if complaint.content != new.content():
        raise Problem(CONFLICT, f"{new.id} is a complaint with other content")
    return await dossier(tx.session, complaint, existed=True)


async def _insert(tx: Transaction, complaint_id: str, new: NewComplaint, standards: Standards) -> bool:
    held_to = await clock.terms(tx.session, new, standards)
    row = new.model_dump(exclude={"id"}) | {
        "id": complaint_id,
        "state": "open",
        "standard": held_to.standard,
        "calendar_version": held_to.calendar_version,
        "due_acknowledge": held_to.due.acknowledge,
        "due_resolve": held_to.due.resolve,
        "last_step_at": new.occurred_at,
        "content": new.content(),
        "created_at": tx.recorded,
    }
    # Of two requests that open the same complaint at once, the second waits here and then finds it.
    statement = insert(Complaint).values(row).on_conflict_do_nothing().returning(col(Complaint.id))
    return (await tx.session.execute(statement)).scalar_one_or_none() is not None
