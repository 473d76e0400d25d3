"""Topic `crm.customers`: who the customers are, as codes and numbers only."""

from typing import Literal

from pydantic import Field

from shared.events.envelope import Payload, event
from shared.events.topics import CUSTOMERS
from shared.events.values import Code, Id, Value

ExitReason = Literal["price", "product", "service", "hardship", "technology", "policy", "sector"]


class _Profile(Value):
    kind: Literal["individual", "organization"]
    completeness: float = Field(ge=0, le=1, description="share of the profile's fields that are filled")
    buying_type: Literal["rational", "emotional"] | None = None
    region: Code | None = None
    sector: Code | None = None
    home_store_id: Id | None = None


@event("crm.customer.registered.v1", CUSTOMERS)
class CustomerRegistered(_Profile, Payload):
    """A customer is known from now on. Subject: the customer."""


@event("crm.customer.changed.v1", CUSTOMERS)
class CustomerChanged(_Profile, Payload):
    """The profile is different from now on. Subject: the customer."""


@event("crm.consent.granted.v1", CUSTOMERS)
class ConsentGranted(Payload):
    """We may contact the customer for this purpose through this channel. Subject: purpose and channel."""

    purpose: Code
    channel: Code


@event("crm.consent.withdrawn.v1", CUSTOMERS)
class ConsentWithdrawn(Payload):
    """We no longer may. Subject: purpose and channel."""

    purpose: Code
    channel: Code


@event("crm.exit.stated.v1", CUSTOMERS)
class ExitStated(Payload):
    """The customer said that they leave, and why. Subject: the statement."""

    reason: ExitReason
