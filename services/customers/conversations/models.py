"""Requests and answers about conversations: listening and talking."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from shared.web.fields import Code, Flag, Id, Instant, NewEntity, OccurredAt, Text, View

Named = Literal["need", "doubt", "idea", "competitor"]
Response = Literal["answered", "promised", "open"]


class NewConversation(NewEntity):
    """What the customer named, about what, and how we responded. The words stay in this service.

    A promise has a due time and becomes a commitment; a doubt is raised as one. `by`: who of us talked.
    `occurred_at`: now where nothing is told.
    """

    named: Named
    topic: Code
    words: Text | None = None
    response: Response
    due_at: Annotated[Instant | None, Field(validate_default=True)] = None
    by: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @field_validator("due_at")
    @classmethod
    def _promised(cls, due_at: datetime | None, info: ValidationInfo) -> datetime | None:
        if "response" in info.data and (info.data["response"] == "promised") != (due_at is not None):
            raise ValueError("a promise has a due time, and nothing else has")
        return due_at


class ConversationView(View):
    """A conversation, in a visit or at a touchpoint."""

    id: str
    customer_id: str
    visit_id: str | None
    touchpoint_id: str | None
    named: Named
    topic: str
    words: str | None
    response: Response
    due_at: datetime | None
    by: str | None
    occurred_at: datetime
    commitment_id: str | None
    doubt_id: str | None
    simulated: bool
    created_at: datetime
    version: int
