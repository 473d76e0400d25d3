"""Requests and answers about campaigns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.loyalty.fields import refuse
from shared.events.loyalty import AnswerKind, ContactKind
from shared.web.fields import Code, Day, Flag, Id, Name, Number, OccurredAt, Request, Shown, View


class NewCampaign(Request):
    """A campaign, both days included. `control_share`: the share of the target held back, below 1."""

    id: Id | None = None
    name: Name
    kind: ContactKind
    offer_kind: Code | None = None
    starts_on: Day
    ends_on: Day
    purpose: Code = "marketing"
    segment_id: Id | None = None
    control_share: Annotated[Number, Field(lt=1)] = Decimal(0)
    simulated: Flag = False

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.ends_on < self.starts_on:
            refuse((("ends_on",), "the day is before starts_on"))
        return self


class DeliveryTold(Request):
    """The campaign reached a customer."""

    customer_id: Id
    delivered_at: OccurredAt
    channel: Code = "mail"


class Deliveries(Request):
    """Deliveries of one campaign."""

    deliveries: Annotated[list[DeliveryTold], Field(min_length=1, max_length=5000)]


class ResponseTold(Request):
    """A customer answered the campaign."""

    customer_id: Id
    responded_at: OccurredAt
    kind: AnswerKind


class Responses(Request):
    """Responses to one campaign."""

    responses: Annotated[list[ResponseTold], Field(min_length=1, max_length=5000)]


class Taken(View):
    """How many entries were new, and how many were known already."""

    accepted: int
    duplicate: int


class Sent(Taken):
    """`accepted`: customers newly reached; `held_back`: newly kept out of reach, as the control group.

    `control`: who of those told is of it, known before or not: nothing may be sent to them.
    """

    held_back: int
    control: list[str]


class CampaignView(View):
    """A campaign."""

    id: str
    name: str
    kind: ContactKind
    offer_kind: str | None
    starts_on: date
    ends_on: date
    purpose: str
    segment_id: str | None
    control_share: Shown
    simulated: bool
    created_at: datetime
    version: int
