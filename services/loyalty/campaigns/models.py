"""Requests and answers about campaigns."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from services.loyalty.contacts.domain import Reason
from services.loyalty.fields import refuse
from shared.events.loyalty import AnswerKind, ContactKind
from shared.web.fields import Code, Day, Flag, Id, Name, Number, OccurredAt, Request, Shown, View

Verdict = Literal["deliver", "control"] | Reason
"""Whether a campaign may be sent to somebody."""


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
    """A customer answered the campaign. `purchase_id`: by which it was redeemed."""

    customer_id: Id
    responded_at: OccurredAt
    kind: AnswerKind
    purchase_id: Id | None = None

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.purchase_id is not None and self.kind != "redeemed":
            refuse((("purchase_id",), "only what is redeemed names a purchase"))
        return self


class Responses(Request):
    """Responses to one campaign."""

    responses: Annotated[list[ResponseTold], Field(min_length=1, max_length=5000)]


class Withdrawal(Request):
    """The campaign is withdrawn; now where no moment is told."""

    occurred_at: OccurredAt | None = None


class Taken(View):
    """How many entries were new, and how many were known already."""

    accepted: int
    duplicate: int


class Withheld(View):
    """A customer to whom nothing may be sent, and why; told again, they are judged anew."""

    customer_id: str
    reason: Reason


class Sent(Taken):
    """`accepted`: customers newly reached; `held_back`: newly kept out of reach, as the control group.

    `control`: who of those told is of it, known before or not: nothing may be sent to them, nor to who is `withheld`.
    """

    held_back: int
    control: list[str]
    withheld: list[Withheld]


class Selected(View):
    """A member of the campaign's segment whom it has not reached, and whether it may be sent to them."""

    customer_id: str
    verdict: Verdict


class DeliveryView(View):
    """One contact. `answered_at`, `answer_kind`: of the first answer, the one that counts."""

    customer_id: str
    delivered_at: datetime
    channel: str
    held_back: bool
    answered_at: datetime | None
    answer_kind: AnswerKind | None


class ShareView(View):
    """So many (`count`) of so many (`n`), with Wilson's 95 % interval; null where it is a share of nothing."""

    n: int
    count: int
    rate: float | None
    interval: tuple[float, float] | None


class LiftView(View):
    """The rate of buyers among the treated less that of the control group, with Newcombe's 95 % interval."""

    difference: float
    interval: tuple[float, float]


class ResultsView(View):
    """What came of a campaign. People are counted, under whichever ids they are known, and each answers once.

    `by_kind`: how they answered first. `redeemed_amount`: by currency, what was paid for the purchases that redeemed
    it, less what came back; of purchases that this service stores. `treated`, `control`: who of those reached, and of
    those held back, bought from its first day on and while it was valid; null, with `lift`, where nobody was held back.
    """

    campaign_id: str
    delivered: int
    answered: ShareView
    by_kind: dict[AnswerKind, int]
    redeemed_purchases: int
    redeemed_amount: dict[str, Shown]
    treated: ShareView | None
    control: ShareView | None
    lift: LiftView | None


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
    withdrawn_at: datetime | None
    created_at: datetime
    version: int
