"""Topic `crm.complaints`: cases and what was done about them. Subject of each: the complaint."""

from typing import Literal

from shared.events.envelope import Payload, event
from shared.events.topics import COMPLAINTS
from shared.events.values import Code, Count, Id, Money, Time

Category = Literal["price", "product", "service", "technology", "policy", "market"]
Severity = Literal["low", "normal", "high", "critical"]


@event("crm.complaint.opened.v1", COMPLAINTS)
class ComplaintOpened(Payload):
    """A customer complained; the standards it must be met by were fixed at this moment."""

    category: Category
    severity: Severity
    due_acknowledge: Time
    due_resolve: Time
    channel: Code | None = None
    purchase_id: Id | None = None
    integration_id: Id | None = None


@event("crm.complaint.acknowledged.v1", COMPLAINTS)
class ComplaintAcknowledged(Payload):
    """The customer was told that somebody cares."""


@event("crm.complaint.assigned.v1", COMPLAINTS)
class ComplaintAssigned(Payload):
    """A department owns the next step."""

    department: Code


@event("crm.complaint.escalated.v1", COMPLAINTS)
class ComplaintEscalated(Payload):
    """The case went one level up."""

    level: Count


@event("crm.complaint.remedy_granted.v1", COMPLAINTS)
class ComplaintRemedyGranted(Payload):
    """Something was given to set it right. `escalated`: somebody else had to approve it."""

    kind: Literal["refund", "replacement", "voucher", "apology"]
    cost: Money | None = None
    escalated: bool = False


@event("crm.complaint.resolved.v1", COMPLAINTS)
class ComplaintResolved(Payload):
    """The matter is settled as far as we can see."""

    root_cause: Code | None = None
    first_contact: bool = False


@event("crm.complaint.closed.v1", COMPLAINTS)
class ComplaintClosed(Payload):
    """Nothing is left to do."""


@event("crm.complaint.reopened.v1", COMPLAINTS)
class ComplaintReopened(Payload):
    """It was not settled after all."""


@event("crm.complaint.withdrawn.v1", COMPLAINTS)
class ComplaintWithdrawn(Payload):
    """The customer took it back."""
