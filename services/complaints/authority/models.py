"""Requests and answers about limits of authority, and about remedies that are asked for."""

from datetime import datetime

from services.complaints.authority.domain import RequestState
from shared.events.complaints import RemedyKind
from shared.web.amounts import InCurrency
from shared.web.fields import Amount, Currency, Id, OccurredAt, Request, Shown, Text, View


class LimitTold(Request):
    """The most that a level may grant in one remedy; the path names the level and the currency."""

    amount: Amount


class Given(Request):
    """What is given to set it right, and what it costs us; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None
    kind: RemedyKind
    currency: Currency | None = None  # before the amount, whose check needs it
    cost_amount: InCurrency = None


class NewRequest(Given):
    """A remedy that somebody asks for. Nobody named: the caller asks."""

    requested_by: Id | None = None


class Approval(Request):
    """The remedy is granted. Nobody named: the caller approves."""

    approved_by: Id | None = None
    occurred_at: OccurredAt | None = None


class Refusal(Request):
    """The remedy is not granted, and why; the words stay in this service. Nobody named: the caller refuses."""

    refused_by: Id | None = None
    reason: Text
    occurred_at: OccurredAt | None = None


class LimitView(View):
    """A limit."""

    level: int
    currency: str
    amount: Shown
    created_at: datetime
    updated_at: datetime
    version: int


class RequestView(View):
    """A remedy asked for. `decided_by`, `decided_at` and `reason` are null while it is pending."""

    number: int
    kind: RemedyKind
    cost_amount: Shown | None
    currency: str | None
    requested_by: str
    occurred_at: datetime
    state: RequestState
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
