"""What the clock tells of a case: a step that is nobody's, at the time when it was due."""

from dataclasses import replace
from typing import cast

from services.complaints.cases.steps import Taken, entry, noted
from services.complaints.cases.steps import tell as tell_step
from services.complaints.cases.tables import Complaint
from services.complaints.standards.domain import Name
from services.complaints.standards.tables import Timer
from shared.duties import ACTOR
from shared.events import Payload
from shared.events.complaints import ComplaintBreached, ComplaintEscalated, ComplaintWarned
from shared.outbox import Transaction

_VERBS = {"warning": "warn", "breach": "breach", "escalation": "escalate"}


async def tell(tx: Transaction, case: Complaint, timer: Timer) -> None:
    """Take the timer's step of the case, locked by this transaction, at its due time; the timer is spent by it.

    What people do stays the newest step: who acknowledged in time may say so after the clock has told a breach.
    """
    clock, before = replace(tx, actor=ACTOR), noted(case)
    payload = _take(case, timer)
    case.version += 1
    timer.fired_at = tx.recorded
    made = entry(clock, case, _VERBS[timer.kind], timer.standard, at=timer.due_at)
    await tell_step(clock, Taken(case, made, before, {"standard": timer.standard}), [payload])


def _take(case: Complaint, timer: Timer) -> Payload:
    standard = cast("Name", timer.standard)
    if timer.kind == "escalation":
        case.level, case.escalated_to = timer.level, timer.escalated_to
        return ComplaintEscalated(level=case.level)
    if timer.kind == "breach":
        return ComplaintBreached(standard=standard)
    due_at = case.due_acknowledge if standard == "acknowledge" else case.due_resolve
    return ComplaintWarned(standard=standard, due_at=due_at)
