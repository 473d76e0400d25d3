"""A visit as events and the history tell of it."""

from collections.abc import Mapping
from typing import Any

from services.customers.visits.tables import Visit
from shared.events import Event
from shared.events.visits import VisitEnded, VisitStarted
from shared.history import Subject
from shared.outbox import Transaction

_TOLD = {"channel", "purpose", "served_by", "converted", "two_way"}
_ENDING = {"ended_at", "outcome", "converted", "two_way", "served_by"}


def events(tx: Transaction, visit: Visit) -> list[Event]:
    """What a new visit tells: its start, and its end where that is known."""
    payload = VisitStarted(
        welcomed_by=visit.welcomed_by,
        seconds_to_welcome=visit.seconds_to_welcome,
        **visit.model_dump(include=_TOLD),
    )
    started = tx.event(payload, key=visit.customer_id, subject=visit.id, time=visit.started_at, store=visit.store_id)
    return [started] if visit.ended_at is None else [started, ended(tx, visit)]


def ended(tx: Transaction, visit: Visit) -> Event:
    """What the end of a visit tells."""
    payload = VisitEnded(outcome=visit.outcome, **visit.model_dump(include=_TOLD))
    time = visit.ended_at or tx.recorded
    return tx.event(payload, key=visit.customer_id, subject=visit.id, time=time, store=visit.store_id)


def subject(visit: Visit) -> Subject:
    """Whose history a visit's changes are in."""
    return Subject("visit", visit.id, visit.version)


def ending(visit: Visit) -> Mapping[str, Any]:
    """What a visit's later steps can change, as it stands."""
    return visit.model_dump(include=_ENDING)
