"""Requests and answers about contact policies."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictInt

from shared.web.fields import Request, View


class PolicyTold(Request):
    """At most so many contacts of one customer in any span of so many days; the path names the channel."""

    most: Annotated[StrictInt, Field(ge=1, le=1000)]
    days: Annotated[StrictInt, Field(ge=1, le=366)]


class PolicyView(View):
    """A contact policy."""

    channel: str
    most: int
    days: int
    created_at: datetime
    updated_at: datetime
    version: int
