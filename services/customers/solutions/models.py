"""Requests and answers about solutions."""

from datetime import datetime

from shared.web.fields import Flag, Instant, NewEntity, OccurredAt, Request, Text, View


class NewSolution(NewEntity):
    """What we promise to solve for this customer alone, in words, and until when.

    `occurred_at`: when it was promised, now where nothing is told. The words stay in this service.
    """

    what: Text
    due_at: Instant | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Delivery(Request):
    """The customer has it; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class SolutionView(View):
    """A solution. `occurred_at`: when it was promised."""

    id: str
    customer_id: str
    what: str
    due_at: datetime | None
    occurred_at: datetime
    delivered_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int
