"""Topic `crm.loyalty`: what the programme and its campaigns sent and heard."""

from typing import Literal

from pydantic import Field

from shared.events.envelope import Payload, event
from shared.events.topics import LOYALTY
from shared.events.values import Code, Count, Id, Money, Time, Value

ContactKind = Literal["mass", "personal"]
SuggestionKind = Literal["cross_sell", "up_sell"]
ObservationKind = Literal[
    "price", "offer", "approach", "programme_joined", "category_switched", "better_product", "newer_technology"
]
AnswerKind = Literal["redeemed", "clicked", "answered", "declined"]
PointsReason = Literal["purchase", "referral", "adjustment", "return", "correction", "age"]


class _Points(Value):
    card_id: Id | None = None
    points: Count
    value: Money | None = None
    reason: PointsReason | None = None
    about_id: Id | None = Field(default=None, description="the purchase, return or referral that it is about")


@event("crm.points.earned.v1", LOYALTY)
class PointsEarned(_Points, Payload):
    """Points became the customer's. Subject: the ledger entry; so with all four."""


@event("crm.points.spent.v1", LOYALTY)
class PointsSpent(_Points, Payload):
    """Points were paid with. `value`: what they were worth to the customer."""


@event("crm.points.expired.v1", LOYALTY)
class PointsExpired(_Points, Payload):
    """Points were lost by age."""


@event("crm.points.reversed.v1", LOYALTY)
class PointsReversed(_Points, Payload):
    """Points were taken back: what had earned them was returned."""


@event("crm.tier.changed.v1", LOYALTY)
class TierChanged(Payload):
    """The customer is of another tier. Subject: the customer. `direction`: whether they gained or lost by it."""

    before: Code | None = None
    after: Code | None = None
    direction: Literal["up", "down"]


@event("crm.volume_agreement.used.v1", LOYALTY)
class VolumeAgreementUsed(Payload):
    """A lower price for a larger volume was used. Subject: the agreement. `saved`: against the list price."""

    purchase_id: Id | None = None
    saved: Money | None = None


@event("crm.price_match.refused.v1", LOYALTY)
class PriceMatchRefused(Payload):
    """The customer asked for a competitor's price and did not get it. Subject: the request."""

    category: Code | None = None


@event("crm.campaign.delivered.v1", LOYALTY)
class CampaignDelivered(Payload):
    """A campaign reached a customer. Subject: `<campaign>:<customer>`. `valid_until` is exclusive."""

    campaign_id: Id
    kind: ContactKind
    purpose: Code
    channel: Code
    valid_until: Time | None = None
    control: bool = False


@event("crm.campaign.answered.v1", LOYALTY)
class CampaignAnswered(Payload):
    """A customer answered a campaign. Subject: `<campaign>:<customer>`. `purchase_id`: where it was redeemed."""

    campaign_id: Id
    kind: AnswerKind
    purchase_id: Id | None = None


@event("crm.suggestion.made.v1", LOYALTY)
class SuggestionMade(Payload):
    """Something was suggested to this one customer. Subject: the suggestion."""

    kind: SuggestionKind
    category: Code | None = None
    product_id: Id | None = None


@event("crm.suggestion.answered.v1", LOYALTY)
class SuggestionAnswered(Payload):
    """The customer took it, or did not. Subject: the suggestion."""

    accepted: bool
    purchase_id: Id | None = None


@event("crm.referral.made.v1", LOYALTY)
class ReferralMade(Payload):
    """The customer brought somebody. Subject: the referral."""

    friend_id: Id | None = None


@event("crm.competitor.observed.v1", LOYALTY)
class CompetitorObserved(Payload):
    """A competitor had to do with this customer. Subject: the observation. `price`: theirs, for one piece."""

    kind: ObservationKind
    competitor_id: Id | None = None
    category: Code | None = None
    product_id: Id | None = None
    price: Money | None = None
