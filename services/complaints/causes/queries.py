"""Reading root causes, and corrective actions."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.cases import queries as cases
from services.complaints.cases.tables import Complaint
from services.complaints.causes.actions import State
from services.complaints.causes.domain import BEFORE, Exposure, recurs
from services.complaints.causes.models import CauseView
from services.complaints.causes.tables import CorrectiveAction
from services.complaints.rates.models import FrequencyView
from services.complaints.served import queries as served
from shared.events.complaints import Category
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are looked at: resolved in [`start`, `end`), in these stores or in all, of a category or of any."""

    start: datetime
    end: datetime
    stores: Collection[str] | None = None
    category: Category | None = None

    @property
    def base(self) -> "Scope":
        """What it is compared with: all stores, in the year before."""
        return replace(self, start=self.start - BEFORE, end=self.start, stores=None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of actions is narrowed to. `overdue`: open past the due time."""

    state: State | None = None
    overdue: bool | None = None
    owner: Id | None = None
    store_id: Id | None = None
    complaint_id: Id | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        told = asdict(self)
        overdue = told.pop("overdue")
        found = [getattr(CorrectiveAction, name) == value for name, value in told.items() if value is not None]
        if overdue is not None:
            late = and_(col(CorrectiveAction.state) == "open", col(CorrectiveAction.due_at) < now)
            found.append(late if overdue else not_(late))
        return found


async def causes(session: AsyncSession, scope: Scope) -> list[CauseView]:
    """The root causes of these cases: those that recur first, then by their number, then by name."""
    now, before = await _cases(session, scope), await _cases(session, scope.base)
    done, done_before = await _transactions(session, scope), await _transactions(session, scope.base)
    resolved = sum(now.values())
    found = [
        _cause(cause, count / resolved, Exposure(count, done), Exposure(before.get(cause, 0), done_before))
        for cause, count in now.items()
    ]
    return sorted(found, key=lambda cause: (not cause.recurring, -cause.count, cause.root_cause))


async def action(session: AsyncSession, complaint_id: str, action_id: str, caller: Principal) -> CorrectiveAction:
    """The complaint's corrective action of that id; raises 404, another store's too, and 410 as the complaint does."""
    await cases.one(session, complaint_id, caller)
    row = await session.get(CorrectiveAction, action_id)
    if row is None or row.complaint_id != complaint_id:
        raise Problem(NOT_FOUND, f"no corrective action {action_id}")
    return row


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, conditions: list[ColumnElement[bool]]
) -> tuple[list[CorrectiveAction], str | None]:
    """Corrective actions in the order of their due times, and the next cursor."""
    query = select(CorrectiveAction).where(*conditions)
    if caller.stores is not None:
        query = query.where(col(CorrectiveAction.store_id).in_(sorted(caller.stores)))
    return await keyset(session, query, limit, cursor, col(CorrectiveAction.due_at), col(CorrectiveAction.id))


async def _cases(session: AsyncSession, scope: Scope) -> dict[str, int]:
    cause, resolved = col(Complaint.root_cause), col(Complaint.resolved_at)
    query = select(cause, func.count()).where(cause.is_not(None), resolved >= scope.start, resolved < scope.end)
    if scope.stores is not None:
        query = query.where(col(Complaint.store_id).in_(scope.stores))
    if scope.category is not None:
        query = query.where(col(Complaint.category) == scope.category)
    return {name: count for name, count in await session.execute(query.group_by(cause)) if name is not None}


async def _transactions(session: AsyncSession, scope: Scope) -> int:
    done = await served.counts(session, scope.start, scope.end, scope.stores)
    return sum(each.transactions for store, each in done.items() if store is not None)


def _cause(cause: str, share: float, now: Exposure, before: Exposure) -> CauseView:
    base = FrequencyView.of(before.rate)
    return CauseView(
        root_cause=cause,
        count=now.cases,
        share=round(share, 6),
        rate=FrequencyView.of(now.rate),
        base=None if base is None else base.value,
        recurring=recurs(now, before),
    )
