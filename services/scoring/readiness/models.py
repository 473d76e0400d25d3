"""Requests and answers about readiness."""

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, StrictInt, field_validator

from services.scoring.readiness.domain import HIGHEST, LOWEST, Group
from shared.web.fields import Code, Id, OccurredAt, Request, Text, View

Answer = Annotated[StrictInt, Field(ge=LOWEST, le=HIGHEST)]
Score = float | None
"""0–100, null where nothing is known."""
MOST = 20
"""Answers in one assessment."""


class NewAssessment(Request):
    """What somebody answers about a dimension: by question, 1 (not at all) to 5 (wholly so); not all need an answer.

    `about`: of an offer, the campaign's or product's id. `occurred_at`: when it was assessed; now where it is not told.
    """

    id: Id | None = None
    about: Id | None = None
    answers: Annotated[dict[Code, Answer], Field(min_length=1, max_length=MOST)]
    by: Id
    note: Text | None = None
    occurred_at: OccurredAt | None = None


class AssessmentView(View):
    """An assessment."""

    id: str
    dimension: str
    about: str | None
    answers: dict[str, int]
    by: str
    note: str | None
    occurred_at: datetime = Field(validation_alias="assessed_at")
    created_at: datetime

    @field_validator("answers", mode="before")
    @classmethod
    def _read(cls, stored: Any) -> Any:
        return orjson.loads(stored) if isinstance(stored, str) else stored


class QuestionsView(View):
    """What a dimension asks: by code, the text to answer from `lowest` (not at all) to `highest` (wholly so)."""

    dimension: str
    group: Group
    questions: dict[str, str]
    lowest: int = LOWEST
    highest: int = HIGHEST


class Questions(View):
    """Every dimension with its questions."""

    items: list[QuestionsView]


class Assessed(View):
    """What the latest assessment says. `score`: mean of the answers, 0–100; `asked`: questions there are."""

    score: Score
    asked: int
    assessment: AssessmentView | None
    reason: str


class PartView(View):
    """A share, 0–1, that events tell; null of nothing, or where nobody in the base records such a thing."""

    share: float | None
    n: int
    meaning: str


class Computed(View):
    """What events tell, by the close as of `as_of`: 100 times the mean of the shares that are known."""

    score: Score
    parts: dict[str, PartView]
    reason: str


class DimensionView(View):
    """A dimension, assessed beside computed. `risk`: of a limitation, 100 less the assessed score."""

    dimension: str
    group: Group
    assessed: Assessed
    computed: Computed
    risk: Score


class TotalView(View):
    """Of the four Ps: planning, people and process at 80 %, the platform at 20 %; null unless all four are known.

    `known`: the share of that weight that is.
    """

    score: Score
    known: float
    reason: str


class Totals(View):
    """The total of what was answered, and of what events tell."""

    assessed: TotalView
    computed: TotalView


class ReadinessView(View):
    """How ready we are. `as_of`: as asked, null for now; `closed_as_of`: of the close that computed, if any."""

    as_of: datetime | None
    closed_as_of: datetime | None
    total: Totals
    dimensions: list[DimensionView]


class Told(View):
    """What events tell of a part of an offer: a share, 0–1, of `n`; null where they don't, with the reason."""

    value: float | None
    n: int
    meaning: str


class OfferPart(View):
    """One of the four As or the four Rs: assessed 0–100 beside computed."""

    part: str
    group: Literal["four_as", "four_rs"]
    assessed: Score
    computed: Told


class OfferView(View):
    """An offer, assessed beside computed. `four_as`, `four_rs`: means of what was assessed of them; `as_of`: as asked,
    null for now.
    """

    about: str
    as_of: datetime | None
    closed_as_of: datetime | None
    assessed: Assessed
    four_as: Score
    four_rs: Score
    parts: list[OfferPart]
