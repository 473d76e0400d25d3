"""Requests and answers about touchpoints."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from shared.events.visits import TouchpointKind
from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Request, Text, View


class NewTouchpoint(NewEntity):
    """We met a customer: on the web, in the app, by phone, at home, at an event.

    `begun`: a conversation only began, its outcome is told later. `occurred_at`: now where nothing is told. The note
    stays in this service.
    """

    customer_id: Id
    store_id: Id | None = None
    channel: Code
    kind: TouchpointKind = "contact"
    two_way: Flag = False
    begun: Flag = False
    outcome: Code | None = None
    served_by: Id | None = None
    occurred_at: OccurredAt | None = None
    note: Text | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _not_both(self) -> Self:
        if self.begun and self.outcome is not None:
            raise ValueError("a conversation that only began has no outcome yet")
        return self


class Conclusion(Request):
    """What came of a touchpoint; the moment is now where none is told."""

    outcome: Code
    occurred_at: OccurredAt | None = None


class TouchpointView(View):
    """A touchpoint; `outcome` is null until something came of it."""

    id: str
    customer_id: str
    store_id: str | None
    channel: str
    kind: TouchpointKind
    two_way: bool
    begun: bool
    outcome: str | None
    served_by: str | None
    occurred_at: datetime
    note: str | None
    simulated: bool
    created_at: datetime
    version: int
