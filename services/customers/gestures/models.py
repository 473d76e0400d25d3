"""Requests and answers about gestures."""

from datetime import datetime

from shared.events.visits import GestureKind
from shared.web.amounts import InCurrency
from shared.web.fields import Currency, Flag, Id, NewEntity, OccurredAt, Shown, Text, View


class NewGesture(NewEntity):
    """More than we promised: what kind, by which employee, why, and what it cost us, where it cost anything.

    `occurred_at`: now where nothing is told. The words stay in this service.
    """

    kind: GestureKind
    by: Id
    why: Text
    currency: Currency | None = None
    cost_amount: InCurrency = None
    store_id: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class GestureView(View):
    """A gesture."""

    id: str
    customer_id: str
    kind: GestureKind
    by: str
    why: str
    cost_amount: Shown | None
    currency: str | None
    store_id: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int
