"""Requests and answers about preferences."""

from datetime import datetime

from shared.web.fields import Code, Flag, Instant, NewEntity, OccurredAt, Request, Text, View


class NewPreference(NewEntity):
    """What the customer prefers: its topic as a code, in words, and until when it should be used, if ever.

    `occurred_at`: when it was stated, now where nothing is told. The words stay in this service.
    """

    topic: Code
    words: Text | None = None
    due_at: Instant | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class PreferenceStep(Request):
    """It was acted upon, or holds no more; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class PreferenceView(View):
    """A preference. `occurred_at`: when it was stated; `used`: how often, `used_at`: when last."""

    id: str
    customer_id: str
    topic: str
    words: str | None
    due_at: datetime | None
    occurred_at: datetime
    used: int
    used_at: datetime | None
    withdrawn_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int
