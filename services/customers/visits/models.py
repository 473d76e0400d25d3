"""Requests and answers about visits."""

import hashlib
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from shared.web.fields import Code, Flag, Id, OccurredAt, Request, Text, View


class NewVisit(Request):
    """A visit, begun or already over."""

    id: Id | None = None
    customer_id: Id
    store_id: Id | None = None
    channel: Code
    started_at: OccurredAt
    ended_at: OccurredAt | None = None
    purpose: Code | None = None
    welcomed_by: Id | None = None
    seconds_to_welcome: Annotated[StrictInt, Field(ge=0, le=86_400)] | None = None
    served_by: Id | None = None
    converted: Flag | None = None
    two_way: Flag | None = None
    outcome: Code | None = None
    note: Text | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ended_at is not None and self.ended_at < self.started_at:
            raise ValueError("it ends before it starts")
        return self

    def content(self) -> bytes:
        """A digest of what was said, the id apart: the same visit told twice has the same.

        What was left at its default is left out, so that a field added later changes no digest of today.
        """
        return hashlib.sha256(self.model_dump_json(exclude={"id"}, exclude_defaults=True).encode()).digest()


class VisitEnd(Request):
    """How a visit ended; the moment is now where none is told. A visit that was two-way before stays so.

    Of a visit that ended by itself it may be told once what came of it; the moment stays where none is told.
    """

    occurred_at: OccurredAt | None = None
    outcome: Code | None = None
    converted: Flag | None = None
    two_way: Flag | None = None
    served_by: Id | None = None


class VisitView(View):
    """A visit; `ended_at` is null while the customer is here.

    `closes_at`: the end of the store's day, at which a visit ends that nobody has ended; 24 hours after the start
    where there is no store.
    """

    id: str
    customer_id: str
    store_id: str | None
    channel: str
    started_at: datetime
    closes_at: datetime
    ended_at: datetime | None
    purpose: str | None
    welcomed_by: str | None
    seconds_to_welcome: int | None
    served_by: str | None
    converted: bool | None
    two_way: bool | None
    outcome: str | None
    note: str | None
    simulated: bool
    created_at: datetime
    version: int
