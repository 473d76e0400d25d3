"""Requests about deliveries of what was ordered."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from services.loyalty.fields import Place, refuse
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
        refuse(*self._faults())
        return self

    def _faults(self) -> Iterator[tuple[Place, str]]:
        seen: set[int] = set()
        for number, told in enumerate(self.lines):
            if told.line in seen:
                yield ("lines", number, "line"), "the line is here twice"
            seen.add(told.line)
