"""The duty of the clock: tell what is due of cases, each once, however many processes watch."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.cases.domain import UNSETTLED
from services.complaints.cases.tables import Complaint
from services.complaints.standards.domain import KINDS, Kind
from services.complaints.standards.tables import Timer
from services.complaints.standards.telling import tell
from shared.outbox import Transaction

AT_ONCE = 100
"""Cases that one transaction of the clock claims, and timers that it spends."""


async def fire(tx: Transaction) -> int:
    """The duty: tell what is due, the longest overdue first; answers how many timers are spent.

    What a step has made needless, told by a process that knew no timers yet, is told by nobody.
    """
    cases = {case.id: case for case in await _claimed(tx.session, tx.recorded)}
    timers = await _due(tx.session, list(cases), tx.recorded)
    for timer in timers:
        case = cases[timer.complaint_id]
        if _needless(case, timer):
            await tx.session.delete(timer)
        else:
            await tell(tx, case, timer)
    return len(timers)


async def _claimed(session: AsyncSession, now: datetime) -> Sequence[Complaint]:
    """Cases of which something is due, claimed by this transaction; without those of who was erased.

    A case as a whole is claimed, for what is due of one case is told in order; every step of it claims it too.
    """
    overdue = (
        select(col(Timer.complaint_id), func.min(col(Timer.due_at)).label("since"))
        .where(col(Timer.fired_at).is_(None), col(Timer.fire_at) < now)
        .group_by(col(Timer.complaint_id))
        .subquery()
    )
    query = (
        select(Complaint)
        .join(overdue, overdue.c.complaint_id == col(Complaint.id))
        .where(col(Complaint.customer_id).is_not(None))
        .order_by(overdue.c.since, col(Complaint.id))
        .limit(AT_ONCE)
        .with_for_update(of=Complaint, skip_locked=True)
    )
    return (await session.execute(query)).scalars().all()


async def _due(session: AsyncSession, cases: Sequence[str], now: datetime) -> Sequence[Timer]:
    """What is due of claimed cases, as it stands now that nobody else can spend it."""
    query = select(Timer).where(
        col(Timer.complaint_id).in_(cases), col(Timer.fired_at).is_(None), col(Timer.fire_at) < now
    )
    found = (await session.execute(query)).scalars().all()
    return sorted(found, key=_order)[:AT_ONCE]


def _order(timer: Timer) -> tuple[datetime, int, int, str, str]:
    kind = KINDS.index(cast("Kind", timer.kind))
    return timer.due_at, kind, timer.level, timer.complaint_id, timer.standard


def _needless(case: Complaint, timer: Timer) -> bool:
    if case.state not in UNSETTLED:
        return True
    if timer.standard == "acknowledge":
        return case.acknowledged_at is not None
    return timer.kind == "escalation" and timer.level <= case.level
