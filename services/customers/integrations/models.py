"""Requests and answers about integrations."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt

from services.customers.integrations.domain import State
from shared.events.customers import IntegrationKind, UseKind
from shared.web.fields import Flag, Id, NewEntity, OccurredAt, Request, Text, View


class NewIntegration(NewEntity):
    """We offer to join our processes to the customer's; `occurred_at`: when, now where nothing is told."""

    kind: IntegrationKind
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Start(Request):
    """Our processes are joined; `reviews_a_year`: joint reviews that are agreed upon."""

    occurred_at: OccurredAt | None = None
    reviews_a_year: Annotated[StrictInt, Field(ge=0, le=366)] = 0


class Parting(Request):
    """The integration is declined, or ends, and why, in words that stay in this service."""

    occurred_at: OccurredAt | None = None
    reason: Text


class NewUse(NewEntity):
    """Something went through the integration, under the id that the portal or EDI system gave it.

    `about`: the purchase (of an order) or complaint (of a case) that it was, under whose id other services know it.
    It then counts once, however many tell of it.
    """

    kind: UseKind
    about: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class IntegrationView(View):
    """An integration. `occurred_at`: when it was offered; `ended_at`: when it ended, or was declined, for `reason`."""

    id: str
    customer_id: str
    kind: IntegrationKind
    state: State
    occurred_at: datetime
    started_at: datetime | None
    reviews_a_year: int
    ended_at: datetime | None
    reason: str | None
    simulated: bool
    created_at: datetime
    version: int


class UseView(View):
    """Something that went through an integration."""

    id: str
    customer_id: str
    integration_id: str
    kind: UseKind
    about: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int
