"""The clock of a case, as the verbs of cases drive it: when it is due, and what is told when nobody acts.

Every function is called with the case's row locked, in the step's own transaction.
"""

from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.cases.models import NewComplaint
from services.complaints.cases.standards import Due, Standards
from services.complaints.cases.tables import Complaint
from shared.outbox import Transaction

Name = Literal["acknowledge", "resolve"]


class Terms(NamedTuple):
    """What a case is held to from its opening on: its standard as JSON, its store's calendar, its due times."""

    standard: dict[str, Any]
    calendar_version: int | None
    due: Due


async def terms(_session: AsyncSession, new: NewComplaint, defaults: Standards) -> Terms:
    """What a case that is opened now is held to. Raises a 409 problem where the calendar is never open again."""
    return Terms({}, None, defaults.due(new.severity, new.occurred_at))


async def start(tx: Transaction, case: Complaint) -> None:
    """Start the timers of a case that was just opened."""


async def answered(tx: Transaction, case: Complaint, name: Name, at: datetime) -> None:
    """The standard was answered `at`: before the step itself is taken.

    Where its due time had passed by then and the clock has not told it, the breach is told now, at its due time.
    Other timers of this standard are needless from now on.
    """


async def pause(tx: Transaction, case: Complaint) -> None:
    """The clock stands still from `case.waiting_since` on."""


async def resume(tx: Transaction, case: Complaint, at: datetime) -> None:
    """The clock runs again from `at` on: sets the case's due times anew, by the open time that was left."""


async def reopened(tx: Transaction, case: Complaint, at: datetime) -> None:
    """The standard to resolve begins anew: sets `due_resolve`, and starts the timers of this round."""


async def stop(tx: Transaction, case: Complaint) -> None:
    """The case was taken back or closed: nothing of it is due any more."""
