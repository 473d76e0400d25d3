"""Reading complaints."""

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.cases.domain import State
from services.complaints.cases.dossier import Dossier, dossier, dossiers, whose
from services.complaints.cases.tables import Complaint
from shared.events.complaints import Category, Severity
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    state: State | None = None
    store_id: Id | None = None
    customer_id: Id | None = None
    category: Category | None = None
    severity: Severity | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        return [getattr(Complaint, name) == value for name, value in asdict(self).items() if value is not None]


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
    query = select(Complaint).where(col(Complaint.customer_id).is_not(None), *filters.conditions())
    if caller.stores is not None:
        query = query.where(col(Complaint.store_id).in_(sorted(caller.stores)))
    rows, following = await keyset(session, query, limit, cursor, col(Complaint.created_at), col(Complaint.id))
    return await dossiers(session, rows), following
