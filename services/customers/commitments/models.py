"""Requests and answers about commitments."""

from datetime import datetime

from services.customers.commitments.domain import State
from shared.web.fields import Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View


class NewCommitment(NewEntity):
    """Something promised, by whom, until when; `link`: the relationship through which we promised it.

    `occurred_at`: when it was promised, now where nothing is told. The words stay in this service.
    """

    what: Text
    due_at: Instant
    occurred_at: OccurredAt | None = None
    link: Id | None = None
    made_by: Id | None = None
    simulated: Flag = False


class Meeting(Request):
    """We did as we had promised; the moment is now where none is told."""

    occurred_at: OccurredAt | None = None


class CommitmentView(View):
    """A promise. `kept`: whether it was met by its due time; null while that is open."""

    id: str
    customer_id: str
    what: str
    due_at: datetime
    occurred_at: datetime
    link: str | None
    made_by: str | None
    state: State
    met_at: datetime | None
    kept: bool | None
    simulated: bool
    created_at: datetime
    version: int
