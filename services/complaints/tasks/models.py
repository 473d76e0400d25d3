"""Requests and answers about follow-ups."""

from datetime import datetime

from pydantic import field_validator

from services.complaints.tasks.domain import PREFIXES, Origin, State
from shared.web.fields import Code, Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View


class Reason(Request):
    """What a follow-up comes of."""

    kind: Origin
    id: Id | None = None


class NewTask(NewEntity):
    """Something to be done for a customer, by when. The words stay in this service."""

    customer_id: Id
    store_id: Id | None = None
    kind: Code
    what: Text | None = None
    due_at: Instant
    owner: Id | None = None
    about: Reason | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @field_validator("id")
    @classmethod
    def _not_ours(cls, told: str | None) -> str | None:
        if told is not None and told.startswith(tuple(PREFIXES.values())):
            raise ValueError("follow-ups that open by themselves have such ids: take another")
        return told


class Completion(Request):
    """It was done: what came of it, as a code, and how it was handled, in words; the moment is now if none is told."""

    outcome: Code
    how: Text | None = None
    occurred_at: OccurredAt | None = None


class Reassignment(Request):
    """Somebody else is to do it."""

    owner: Id
    occurred_at: OccurredAt | None = None


class ReasonView(View):
    """What a follow-up comes of."""

    kind: Origin
    id: str | None


class TaskView(View):
    """A follow-up. `cause`: why the customer may leave. `in_time`: null until it is done.

    `what` and `how`: null too for who may not read of its store.
    """

    id: str
    customer_id: str
    store_id: str | None
    kind: str
    what: str | None
    about: ReasonView
    cause: str | None
    due_at: datetime
    owner: str | None
    occurred_at: datetime
    state: State
    done_at: datetime | None
    in_time: bool | None
    outcome: str | None
    how: str | None
    simulated: bool
    created_at: datetime
    version: int
