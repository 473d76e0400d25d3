"""Requests and answers about employees' pulses."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.complaints.pulses.domain import QUESTIONS
from shared.web.fields import Flag, NewEntity, OccurredAt, Request, Text, View

Seven = Annotated[int, Field(strict=True, ge=1, le=7)]
"""An answer on a scale of 1–7."""


class Answers(Request):
    """At least one of the questions, answered."""

    culture: Seven | None = None
    workload: Seven | None = None
    support: Seven | None = None
    tools: Seven | None = None

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if all(getattr(self, question) is None for question in QUESTIONS):
            raise ValueError("nothing is answered")
        return self


class NewPulse(NewEntity):
    """How somebody feels about the store where they work; the moment is now where none is told."""

    answers: Answers
    comment: Text | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class AnswersView(View):
    """What was answered."""

    culture: int | None
    workload: int | None
    support: int | None
    tools: int | None


class PulseView(View):
    """What somebody answered, as it is shown to them."""

    id: str
    store_id: str
    answers: AnswersView
    comment: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int


class AnsweredView(View):
    """How one question was answered, 1–7; `n` and `mean` are null where `reason` says why."""

    n: int | None
    mean: float | None
    reason: str | None


class PulseOfStoreView(View):
    """How a store's employees felt about it in a month, which is from `start` to before `end`.

    `n`: pulses; null for fewer than five, and until the month has ended.
    """

    store_id: str
    month: str
    start: datetime
    end: datetime
    n: int | None
    questions: dict[str, AnsweredView]
