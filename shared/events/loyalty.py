"""Topic `crm.loyalty`: what the programme and its campaigns sent and heard."""

from typing import Literal

from shared.events.envelope import Payload, event
from shared.events.topics import LOYALTY
from shared.events.values import Code, Id, Time

ContactKind = Literal["mass", "personal"]
AnswerKind = Literal["redeemed", "clicked", "answered", "declined"]


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
    """A customer answered a campaign. Subject: `<campaign>:<customer>`."""

    campaign_id: Id
    kind: AnswerKind
