"""Requests and answers about contacts."""

from datetime import datetime

from shared.web.fields import Code, Id, NewEntity, OccurredAt, Text, View


class NewContact(NewEntity):
    """A contact that somebody is about to make, or made: for what, through which channel, by whom."""

    purpose: Code
    channel: Code
    by: Id | None = None
    note: Text | None = None
    occurred_at: OccurredAt | None = None


class ContactView(View):
    """A contact; a refused one must not be made."""

    id: str
    customer_id: str
    purpose: str
    channel: str
    by: str | None
    note: str | None
    refused: bool
    occurred_at: datetime
    created_at: datetime
    version: int
