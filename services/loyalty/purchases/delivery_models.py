"""Requests about deliveries of what was ordered."""

from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from services.loyalty.fields import refuse, repeated
from shared.web.fields import Flag, OccurredAt, Request


class Delivered(Request):
    """A line (they count from 1) arrived; `in_full`: all of it that had not before."""

    line: Annotated[StrictInt, Field(ge=1, le=500)]
    delivered_at: OccurredAt
    in_full: Flag = True


class NewDeliveries(Request):
    """Lines of one bill that arrived, each once."""

    lines: Annotated[list[Delivered], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(*repeated(told.line for told in self.lines))
        return self
