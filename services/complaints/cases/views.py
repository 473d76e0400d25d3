"""Answers about complaints."""

from datetime import datetime

from services.complaints.authority.models import RequestView
from services.complaints.cases.domain import State
from services.complaints.cases.purchases import Reference
from shared.events.complaints import Category, RemedyKind, Severity
from shared.web.fields import Shown, View


class StepView(View):
    """One step of the history; `department`: who owned the case after it; `late`: the clock spoke after its time."""

    verb: str
    by: str
    occurred_at: datetime
    recorded_at: datetime
    note: str | None
    department: str | None
    late: bool


class RemedyView(View):
    """Something given to set it right."""

    kind: RemedyKind
    cost_amount: Shown | None
    currency: str | None
    granted_by: str
    occurred_at: datetime


class ComplaintView(View):
    """A complaint. `occurred_at`: when it was opened; `level`, `handovers` and `reopened` count.

    `resolution`, `root_cause` and `first_contact_claimed` are those of the newest resolution; `first_contact`: whether
    one contact was enough indeed. `resolved_at` and `closed_at` are null again once it is reopened. `purchase`: what
    is known by now of `purchase_id`. `waiting_since`: we wait for the customer, and the clock stands still.
    """

    id: str
    customer_id: str
    store_id: str
    category: Category
    severity: Severity
    state: State
    occurred_at: datetime
    due_acknowledge: datetime
    due_resolve: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution: str | None
    root_cause: str | None
    first_contact: bool
    first_contact_claimed: bool | None
    waiting_since: datetime | None
    department: str | None
    owner: str | None
    level: int
    escalated_to: str | None
    handovers: int
    reopened: int
    purchase_id: str | None
    purchase: Reference | None
    integration_id: str | None
    follows: str | None
    text: str | None
    channel: str | None
    remedies: list[RemedyView]
    remedy_requests: list[RequestView]
    history: list[StepView]
    simulated: bool
    created_at: datetime
    version: int
