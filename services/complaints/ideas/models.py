"""Requests and answers about ideas. All words stay in this service."""

from datetime import datetime

from services.complaints.ideas.domain import Decision, State
from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, Request, Text, View


class NewIdea(NewEntity):
    """An idea, in the words of who had it; the moment is now where none is told."""

    customer_id: Id | None = None
    store_id: Id | None = None
    words: Text
    about: Code | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class NewDecision(Request):
    """What we make of it, and why. `by`: who decided, where it is not the caller."""

    decision: Decision
    reason: Text
    by: Id | None = None
    occurred_at: OccurredAt | None = None


class NewAnswer(Request):
    """What we told who had the idea."""

    words: Text
    occurred_at: OccurredAt | None = None


class IdeaView(View):
    """An idea; `reason` and `decided_by` are the decision's, `answer` is what we told who had it."""

    id: str
    customer_id: str | None
    store_id: str | None
    words: str
    about: str | None
    occurred_at: datetime
    state: State
    decision: Decision | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int
