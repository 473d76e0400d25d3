"""Reading complaints."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.cases.domain import UNSETTLED, State
from services.complaints.cases.dossier import Dossier, dossier, dossiers, whose
from services.complaints.cases.tables import Complaint
from shared import clock
from shared.events.complaints import Category, Severity
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Code, Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field, and `overdue`: past a due time that is unmet."""

    state: State | None = None
    store_id: Id | None = None
    customer_id: Id | None = None
    category: Category | None = None
    severity: Severity | None = None
    department: Code | None = None
    purchase_id: Id | None = None
    overdue: bool | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        told = {name: value for name, value in asdict(self).items() if value is not None and name != "overdue"}
        found: list[ColumnElement[bool]] = [getattr(Complaint, name) == value for name, value in told.items()]
        if self.overdue is not None:
            found.append(_overdue(now) if self.overdue else not_(_overdue(now)))
        return found


def _overdue(now: datetime) -> ColumnElement[bool]:
    # While we wait for the customer, no time passes.
    reached = func.coalesce(col(Complaint.waiting_since), literal(now))
    unanswered = and_(col(Complaint.acknowledged_at).is_(None), col(Complaint.due_acknowledge) < reached)
    unresolved = col(Complaint.due_resolve) < reached
    return and_(col(Complaint.state).in_(UNSETTLED), or_(unanswered, unresolved))


async def one(session: AsyncSession, complaint_id: str, caller: Principal) -> Dossier:
    """The complaint of that id; raises a 404 problem, for another store's too, 410 for somebody's who was erased."""
    complaint = await session.get(Complaint, complaint_id)
    if complaint is None:
        raise Problem(NOT_FOUND, f"no complaint {complaint_id}")
    caller.hide_other_stores(complaint.store_id)
    whose(complaint)
    return await dossier(session, complaint)


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Dossier], str | None]:
    """Complaints as they were taken down, oldest first, and the next cursor; without those of who was erased."""
    query = select(Complaint).where(col(Complaint.customer_id).is_not(None), *filters.conditions(clock.now()))
    if caller.stores is not None:
        query = query.where(col(Complaint.store_id).in_(sorted(caller.stores)))
    rows, following = await keyset(session, query, limit, cursor, col(Complaint.created_at), col(Complaint.id))
    return await dossiers(session, rows), following
