"""Requests and answers about doubts."""

from datetime import datetime

from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Request, Text, View


class NewDoubt(NewEntity):
    """What the customer doubts or fears, as a code and in their words, which stay in this service.

    `visit_id`: the visit in which they said so. The moment is now where none is told.
    """

    topic: Code
    words: Text | None = None
    visit_id: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class Resolution(Request):
    """What came of the doubt, as a code, and what we said; the moment is now where none is told."""

    outcome: Code
    words: Text | None = None
    occurred_at: OccurredAt | None = None


class DoubtView(View):
    """A doubt; `resolved_at` and `outcome` are null while it is open. `answer`: our words that settled it."""

    id: str
    customer_id: str
    topic: str
    words: str | None
    visit_id: str | None
    occurred_at: datetime
    resolved_at: datetime | None
    outcome: str | None
    answer: str | None
    simulated: bool
    created_at: datetime
    version: int
