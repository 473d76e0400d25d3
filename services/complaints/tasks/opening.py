"""Follow-ups that open by themselves, each once: what happened twice, or is told twice, opens no second one.

Only news opens any: history that is taken in, and what is simulated, is for nobody to act upon.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.complaints.cases.tables import Complaint
from services.complaints.served.queries import last_store
from services.complaints.surveys.domain import is_low
from services.complaints.surveys.tables import Survey
from services.complaints.tasks.domain import PREFIXES, Origin
from services.complaints.tasks.queries import alone, open_at
from services.complaints.tasks.spans import SPANS
from services.complaints.tasks.tables import Task
from services.complaints.tasks.telling import tell_opened
from shared.erased import Erased
from shared.events import Event
from shared.events.scores import DefectionRiskRaised
from shared.handling import Handle
from shared.news import is_news
from shared.outbox import Transaction

KINDS: Mapping[Origin, str] = {
    "complaint": "ask_whether_settled",
    "survey": "call_back",
    "gesture": "ask_how_received",
    "defection_risk": "win_back",
}
"""What is to be done, by what it comes of."""
HEARD_WITHIN = timedelta(days=30)
"""As long as we may have been away: what was told before that is history, all of it when we are first deployed."""


class _Reason(NamedTuple):
    """Why a follow-up opens: `of` names what happened, and when it is named again, it is the same follow-up."""

    origin: Origin
    of: str
    customer_id: str
    at: datetime

    @property
    def task_id(self) -> str:
        """The id of the follow-up that it opens."""
        return f"{PREFIXES[self.origin]}{hashlib.sha256(self.of.encode()).hexdigest()[:40]}"


async def after_resolution(tx: Transaction, case: Complaint) -> None:
    """A case was just resolved: ask whether it is settled. One that is resolved anew is asked about anew.

    The case's row is locked, so that nobody who complained is erased meanwhile.
    """
    at = case.resolved_at
    if case.customer_id is None or at is None or case.simulated or not is_news(at, tx.recorded):
        return
    why = _Reason("complaint", f"{case.id} {case.reopened}", case.customer_id, at)
    await _open(tx, why, store_id=case.store_id, about_id=case.id)


async def after_survey(tx: Transaction, survey: Survey) -> None:
    """A customer answered: call them back if they were let down."""
    low = is_low(survey.csat, survey.nps, survey.reason_for_leaving)
    if not low or survey.simulated or not is_news(survey.occurred_at, tx.recorded):
        return
    why = _Reason("survey", survey.id, survey.customer_id, survey.occurred_at)
    await _open(tx, why, store_id=survey.store_id, about_id=survey.id, cause=survey.reason_for_leaving)


def after_gestures(erased: Erased) -> Handle:
    """The handler of `gesture.made`: ask how it was received."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        for event in await _news(tx, erased, events):
            why = _Reason("gesture", event.subject, event.partitionkey, event.time)
            await _open(tx, why, store_id=event.storeid, about_id=event.subject)

    return handle


def after_risks(erased: Erased) -> Handle:
    """The handler of `defection_risk.raised`: somebody sees to it, unless somebody is about to already."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        news = await _news(tx, erased, events)
        await alone(tx.session, {event.partitionkey for event in news})
        for event in news:
            risk, customer = cast("DefectionRiskRaised", event.data), event.partitionkey
            if risk.backfill or await open_at(tx.session, customer, "defection_risk", event.time):
                continue
            why = _Reason("defection_risk", event.id, customer, event.time)
            await _open(tx, why, store_id=await last_store(tx.session, customer), cause=risk.cause)

    return handle


async def _news(tx: Transaction, erased: Erased, events: Sequence[Event]) -> list[Event]:
    """Those that were told when they happened and heard of `HEARD_WITHIN`, of customers who are not erased."""
    fresh = [event for event in events if tx.recorded - event.recordedtime <= HEARD_WITHIN]
    news = [event for event in fresh if is_news(event.time, event.recordedtime) and ":" not in event.partitionkey]
    gone = await erased.admit(tx.session, {event.partitionkey for event in news})
    return [event for event in news if event.partitionkey not in gone]


async def _open(tx: Transaction, why: _Reason, **more: Any) -> None:
    task = Task(
        id=why.task_id,
        customer_id=why.customer_id,
        kind=KINDS[why.origin],
        origin=why.origin,
        occurred_at=why.at,
        last_step_at=why.at,
        due_at=why.at + SPANS[why.origin],
        content=b"",  # nobody can tell the same
        created_at=tx.recorded,
        **more,
    )
    statement = insert(Task).values(task.model_dump()).on_conflict_do_nothing().returning(col(Task.id))
    if (await tx.session.execute(statement)).scalar_one_or_none() is not None:
        await tell_opened(tx, task)
