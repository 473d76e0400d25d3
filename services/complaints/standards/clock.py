"""The clock of a case, as the verbs of cases drive it: when it is due, and what is told when nobody acts.

Every function is called with the case's row locked, in the step's own transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.complaints.calendars import queries as calendars
from services.complaints.calendars.domain import Hours, NeverOpenError
from services.complaints.cases.models import NewComplaint
from services.complaints.cases.tables import Complaint
from services.complaints.standards import queries
from services.complaints.standards.defaults import Standards
from services.complaints.standards.domain import NAMES, Due, Name, Standard, due, plan
from services.complaints.standards.tables import Timer
from services.complaints.standards.telling import tell
from shared.news import is_news
from shared.outbox import Transaction
from shared.web.problems import CONFLICT, Problem

HINDSIGHT = timedelta(minutes=5)
"""What began longer before it was told is entered in hindsight."""
GRACE = timedelta(hours=1)
"""The time to tell the rest of a case that is entered in hindsight, before the clock speaks of it."""


class Terms(NamedTuple):
    """What a case is held to from its opening on: its standard as JSON, its store's calendar, its due times."""

    standard: dict[str, Any]
    calendar_version: int | None
    due: Due


async def terms(session: AsyncSession, new: NewComplaint, defaults: Standards) -> Terms:
    """What a case that is opened now is held to. Raises a 409 problem where the calendar is never open again."""
    standard = await queries.in_force(session, new.category, new.severity, defaults)
    calendar = None if standard.around_the_clock else await calendars.in_force(session, new.store_id)
    version = None if calendar is None else calendar.version
    hours = await calendars.hours_of(session, new.store_id, version)
    with _open_enough():
        return Terms(standard.model_dump(mode="json"), version, due(standard, hours, new.occurred_at))


async def start(tx: Transaction, case: Complaint) -> None:
    """Start the timers of a case that was just opened."""
    await _begin(tx, case, case.occurred_at, NAMES)


async def answered(tx: Transaction, case: Complaint, name: Name, at: datetime) -> None:
    """The standard was answered `at`, or needs no answer from then on: before the step itself is taken.

    What had been due by then and the clock has not told, the breach and whom it goes up to, is told now, at its due
    time; not of history, of which the clock never speaks. Other timers of this standard are needless from now on.
    """
    for timer in await _untold(tx, case):
        if timer.standard != name:
            continue
        if _missed(case, timer, at):
            await tell(tx, case, timer)
        else:
            await tx.session.delete(timer)


async def pause(tx: Transaction, case: Complaint) -> None:
    """The clock stands still from `case.waiting_since` on; what was due before that is told yet."""
    for timer in await _untold(tx, case):
        if _stands(case, timer.due_at):
            timer.fire_at = None


async def resume(tx: Transaction, case: Complaint, at: datetime) -> None:
    """The clock runs again from `at` on: sets the case's due times anew, by the open time that was left.

    Before the step itself is taken, for that forgets since when the clock stood still.
    """
    _keep_standard(case)
    hours = await _hours(tx, case)
    for timer in await _untold(tx, case):
        if _stands(case, timer.due_at):
            timer.due_at = _later(case, hours, timer.due_at, at)
            timer.fire_at = _fire_at(tx, case, at, timer.due_at)
    if case.acknowledged_at is None and _stands(case, case.due_acknowledge):
        case.due_acknowledge = _later(case, hours, case.due_acknowledge, at)
    if _stands(case, case.due_resolve):
        case.due_resolve = _later(case, hours, case.due_resolve, at)


async def reopened(tx: Transaction, case: Complaint, at: datetime) -> None:
    """The standard to resolve begins anew: sets `due_resolve`, and starts the timers of this round.

    After the step itself, which counts the rounds.
    """
    _keep_standard(case)
    case.due_resolve = await _begin(tx, case, at, ["resolve"])


async def _begin(tx: Transaction, case: Complaint, at: datetime, names: Sequence[Name]) -> datetime:
    """Start the timers of these standards `at`; answers when the case is to be resolved then."""
    standard, hours = _standard(case), await _hours(tx, case)
    with _open_enough():
        planned, due_resolve = list(plan(standard, hours, at, names)), hours.add(at, standard.resolve)
    tx.session.add_all(
        Timer(
            complaint_id=case.id,
            round=case.reopened,
            standard=each.standard,
            kind=each.kind,
            level=each.level,
            escalated_to=each.to,
            due_at=each.at,
            fire_at=_fire_at(tx, case, at, each.at),
        )
        for each in planned
    )
    return due_resolve


def _fire_at(tx: Transaction, case: Complaint, since: datetime, due_at: datetime) -> datetime | None:
    """When the clock, which runs `since` then, tells what is due: of history and of the simulated, never.

    Never before what is due earlier of the same case.
    """
    if case.simulated or not is_news(since, tx.recorded):
        return None
    return max(due_at, tx.recorded + GRACE) if tx.recorded - since > HINDSIGHT else due_at


def _missed(case: Complaint, timer: Timer, by: datetime) -> bool:
    """Whether it was due by then and is to be told: not of history, nor to whom the case has come already."""
    if timer.fire_at is None or timer.due_at >= by:
        return False
    return timer.kind == "breach" or (timer.kind == "escalation" and timer.level > case.level)


def _stands(case: Complaint, due_at: datetime) -> bool:
    return case.waiting_since is not None and due_at >= case.waiting_since


def _later(case: Complaint, hours: Hours, due_at: datetime, at: datetime) -> datetime:
    """What was due when the clock stood still, as much open time after `at`."""
    with _open_enough():
        return hours.add(at, hours.between(case.waiting_since or at, due_at))


def _standard(case: Complaint) -> Standard:
    """What the case is held to; one that an older process took down, to the time between its opening and its due."""
    if case.standard is not None:
        return Standard.model_validate(case.standard)
    spans = case.due_acknowledge - case.occurred_at, case.due_resolve - case.occurred_at
    return Standard(acknowledge=spans[0], resolve=spans[1], around_the_clock=True)


def _keep_standard(case: Complaint) -> None:
    """Before due times change from which it would be read."""
    case.standard = _standard(case).model_dump(mode="json")


async def _hours(tx: Transaction, case: Complaint) -> Hours:
    return await calendars.hours_of(tx.session, case.store_id, case.calendar_version)


async def _untold(tx: Transaction, case: Complaint) -> Sequence[Timer]:
    query = select(Timer).where(col(Timer.complaint_id) == case.id, col(Timer.fired_at).is_(None))
    return (await tx.session.execute(query.order_by(col(Timer.due_at)))).scalars().all()


@contextmanager
def _open_enough() -> Iterator[None]:
    """Raises a 409 problem where a calendar that was open when it was put is not any more."""
    try:
        yield
    except NeverOpenError as error:
        raise Problem(CONFLICT, f"look at the calendar of the store: {error}") from None
