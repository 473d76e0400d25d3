"""Opening a case."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.complaints.cases.dossier import Dossier, dossier
from services.complaints.cases.models import NewComplaint
from services.complaints.cases.purchases import references
from services.complaints.cases.steps import Taken, entry, tell
from services.complaints.cases.tables import Complaint
from services.complaints.standards import clock
from services.complaints.standards.defaults import Standards
from shared.aliases import family
from shared.events.complaints import ComplaintOpened
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID, Problem

_TOLD = {"category", "severity", "due_acknowledge", "due_resolve", "channel", "purchase_id", "integration_id"}


async def open_case(tx: Transaction, new: NewComplaint, standards: Standards, caller: Principal) -> Dossier:
    """Note a complaint and fix when it is due. The same id and content does nothing, other content 409.

    Raises 410 for a customer who was erased, 422 for a purchase or an earlier case that is somebody else's.
    """
    caller.demand_store(new.store_id)
    await tx.admit(new.customer_id)
    complaint_id = new.id or str(uuid7())
    fresh = await _insert(tx, complaint_id, new, standards)
    complaint = await tx.session.get_one(Complaint, complaint_id)
    if fresh:
        await _demand_theirs(tx, complaint)
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


async def _demand_theirs(tx: Transaction, complaint: Complaint) -> None:
    """Raises a 422 problem where the complaint names a purchase or an earlier case of another customer."""
    if (await references(tx.session, [complaint])).get(complaint.id) == "another_customers":
        raise _fault("/purchase_id", f"{complaint.purchase_id} is a purchase of another customer")
    if complaint.follows is not None and not await _follows_theirs(tx, complaint):
        raise _fault("/follows", f"{complaint.follows} is no earlier complaint of this customer")


async def _follows_theirs(tx: Transaction, complaint: Complaint) -> bool:
    theirs = await family(tx.session, str(complaint.customer_id))
    earlier = select(col(Complaint.id)).where(
        col(Complaint.id) == complaint.follows,
        col(Complaint.id) != complaint.id,
        col(Complaint.customer_id).in_(theirs),
        col(Complaint.occurred_at) <= complaint.occurred_at,
    )
    return await tx.session.scalar(earlier) is not None


def _fault(pointer: str, detail: str) -> Problem:
    return Problem(INVALID, detail, errors=[{"pointer": pointer, "detail": detail}])
