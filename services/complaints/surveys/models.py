"""Requests and answers about surveys."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from services.complaints.surveys.domain import Occasion
from shared.events.complaints import Factor, ReasonForLeaving
from shared.web.fields import Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View

Seven = Annotated[int, Field(strict=True, ge=1, le=7)]
"""An answer on a scale of 1–7."""
_ANSWERS = ("nps", "csat", "effort", "prefers_us", "reason_for_leaving")


class AskedAbout(Request):
    """The purchase, visit or complaint that a survey is about."""

    kind: Occasion
    id: Id


class FactorAnswer(Request):
    """Expectation and delivery of one factor, asked together: neither means anything alone."""

    factor: Factor
    expectation: Seven
    delivery: Seven


class NewSurvey(NewEntity):
    """What a customer answered, at least one thing; the words stay in this service.

    `nps` 0–10, `csat` 1–5, `effort` 1–7; `prefers_us`: to the competitor, where one is named.
    """

    customer_id: Id
    store_id: Id | None = None
    occurred_at: OccurredAt
    invitation_id: Id | None = None
    about: AskedAbout | None = None
    factors: tuple[FactorAnswer, ...] = ()
    nps: Annotated[int, Field(strict=True, ge=0, le=10)] | None = None
    csat: Annotated[int, Field(strict=True, ge=1, le=5)] | None = None
    effort: Seven | None = None
    prefers_us: Flag | None = None
    competitor_id: Id | None = None
    reason_for_leaving: ReasonForLeaving | None = None
    comment: Text | None = None
    simulated: Flag = False

    @field_validator("factors")
    @classmethod
    def _each_once(cls, factors: tuple[FactorAnswer, ...]) -> tuple[FactorAnswer, ...]:
        if len({answer.factor for answer in factors}) < len(factors):
            raise ValueError("a factor is answered once")
        return factors

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if not self.factors and all(getattr(self, name) is None for name in _ANSWERS):
            raise ValueError("nothing is answered: a survey has a factor or one of " + ", ".join(_ANSWERS))
        return self


class NewInvitation(NewEntity):
    """A customer is asked to answer; `expires_at`: until when, where it is not as long as usual."""

    customer_id: Id
    store_id: Id | None = None
    about: AskedAbout | None = None
    expires_at: Instant | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class AboutView(View):
    """The purchase, visit or complaint that a survey is about."""

    kind: Occasion
    id: str


class FactorView(View):
    """One factor; `gap`: delivery − expectation, −6 to 6 (Parasuraman et al. 1988)."""

    factor: Factor
    expectation: int
    delivery: int
    gap: int


class SurveyView(View):
    """A survey. `comment`: null too for who may not read of its store."""

    id: str
    customer_id: str
    store_id: str | None
    occurred_at: datetime
    invitation_id: str | None
    about: AboutView | None
    factors: list[FactorView]
    nps: int | None
    csat: int | None
    effort: int | None
    prefers_us: bool | None
    competitor_id: str | None
    reason_for_leaving: ReasonForLeaving | None
    comment: str | None
    simulated: bool
    created_at: datetime
    version: int


class InvitationView(View):
    """An invitation; `survey_id`: its answer, null until there is one."""

    id: str
    customer_id: str
    store_id: str | None
    about: AboutView | None
    occurred_at: datetime
    expires_at: datetime
    survey_id: str | None
    simulated: bool
    created_at: datetime
    version: int
