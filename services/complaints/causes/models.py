"""Requests and answers about root causes and corrective actions."""

from datetime import datetime

from services.complaints.causes.actions import State
from services.complaints.rates.models import FrequencyView
from shared.web.fields import Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View


class NewAction(NewEntity):
    """What is done so that it does not happen again, until when, and who sees to it.

    `occurred_at`: when it was agreed, now where nothing is told. The words stay in this service.
    """

    what: Text
    due_at: Instant
    owner: Id | None = None
    occurred_at: OccurredAt | None = None


class Completion(Request):
    """It was done; the moment is now where none is told. `effective`: whether it helped, where that is known."""

    occurred_at: OccurredAt | None = None
    effective: Flag | None = None


class ActionView(View):
    """A corrective action about a complaint. `customer_id`: who complained, by whom an erasure finds stored answers."""

    id: str
    complaint_id: str
    customer_id: str
    store_id: str
    what: str
    due_at: datetime
    owner: str | None
    occurred_at: datetime
    state: State
    completed_at: datetime | None
    effective: bool | None
    created_at: datetime
    version: int


class CauseView(View):
    """A root cause of the cases resolved in a period.

    `share`: of all those cases. `rate`: per 10,000 transactions of the stores looked at; null where there was none.
    `base`: the same of all stores in the 365 days before, as one number. `recurring`: at least 3 cases, and the
    interval of `rate` lies above `base`; null where either is unknown.
    """

    root_cause: str
    count: int
    share: float
    rate: FrequencyView | None
    base: float | None
    recurring: bool | None
