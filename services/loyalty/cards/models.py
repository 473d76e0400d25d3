"""Requests and answers about cards."""

from datetime import datetime

from shared.web.fields import Id, OccurredAt, Request, View


class NewCard(Request):
    """A card for anyone, no purchase needed. `occurred_at`: when it was handed out; now, if it is not told."""

    id: Id | None = None
    customer_id: Id
    occurred_at: OccurredAt | None = None


class Blocking(Request):
    """A card is lost. `occurred_at`: from when on it names nobody; now, if it is not told."""

    occurred_at: OccurredAt | None = None


class CardView(View):
    """A card; `blocked_at` is null while it names its customer."""

    id: str
    customer_id: str
    issued_at: datetime
    blocked_at: datetime | None
    created_at: datetime
    version: int
