"""Requests and answers about what was asked for in vain."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt

from shared.web.fields import Code, Flag, Id, NewEntity, OccurredAt, View


class NewUnavailableRequest(NewEntity):
    """Somebody asked for what was not to be had; `lines`: how many lines of a bill it would have been."""

    customer_id: Id | None = None
    store_id: Id
    category: Code
    product_id: Id | None = None
    lines: Annotated[StrictInt, Field(ge=1, le=500)] = 1
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class UnavailableRequestView(View):
    """What was asked for in vain."""

    id: str
    customer_id: str | None
    store_id: str
    category: str
    product_id: str | None
    lines: int
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int
