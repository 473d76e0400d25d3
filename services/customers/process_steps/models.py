"""Requests and answers about steps from contact to cash."""

from datetime import datetime
from typing import Literal

from services.customers.process_steps.domain import State
from shared.web.amounts import InCurrency
from shared.web.fields import Currency, Flag, Id, Instant, NewEntity, OccurredAt, Request, Shown, Text, View

Kind = Literal["enquiry", "quote", "order", "billing", "payment", "fulfilment", "support"]


class NewProcessStep(NewEntity):
    """A step that is planned, and when it is due; `about`: the order it belongs to.

    `occurred_at`: when it was planned, now where nothing is told. A due time may be over by then: steps are told late.
    """

    step: Kind
    due_at: Instant
    currency: Currency | None = None
    amount: InCurrency = None
    about: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Happening(Request):
    """The step is done, or its dispute settled; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class Dispute(Happening):
    """The customer disputes the step, and why, in words that stay in this service."""

    reason: Text


class ProcessStepView(View):
    """A step. `occurred_at`: when it was planned; `disputed`: whether it is in dispute.

    `disputed_at` and `reason` are those of the newest dispute; `settled_at` is null until that is settled.
    """

    id: str
    customer_id: str
    step: Kind
    state: State
    due_at: datetime
    amount: Shown | None
    currency: str | None
    about: str | None
    occurred_at: datetime
    completed_at: datetime | None
    disputed: bool
    disputed_at: datetime | None
    reason: str | None
    settled_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int
