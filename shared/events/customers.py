"""Topic `crm.customers`: who the customers are, as codes and numbers only."""

from typing import Literal

from pydantic import Field

from shared.events.envelope import Payload, event
from shared.events.topics import CUSTOMERS
from shared.events.values import Code, Count, Id, Money, Number, Time, Value

Stage = Literal["enquiry", "interaction", "exchange", "usage"]
Role = Literal[
    "account_manager",
    "supplier",
    "vendor",
    "intermediary",
    "partner",
    "introducer",
    "household",
    "influencer",
    "employee",
]
IntegrationKind = Literal["app", "portal", "standing_order", "edi", "api", "joint_plan"]
UseKind = Literal["order", "case", "standing_order", "review", "other"]
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


@event("crm.contact.violation.v1", CUSTOMERS)
class ContactViolation(Payload):
    """Somebody tried, or managed, to contact the customer without consent. Subject: purpose and channel."""

    purpose: Code
    channel: Code


@event("crm.customer.merged.v1", CUSTOMERS)
class CustomerMerged(Payload):
    """The subject is the same customer as `into`, from `at` on. Facts stay under their own ids."""

    into: Id
    at: Time


@event("crm.customer.unmerged.v1", CUSTOMERS)
class CustomerUnmerged(Payload):
    """The subject is a customer of their own again, from `at` on."""

    at: Time


@event("crm.customer.erased.v1", CUSTOMERS)
class CustomerErased(Payload):
    """The subject demands to be forgotten, under every id they have; nothing of them is taken in any more.

    `erasure_id`: under which each service answers with `crm.erasure.completed.v1`.
    """

    erasure_id: Id


class _Relationship(Value):
    role: Role
    party_id: Id
    health: float | None = Field(default=None, ge=0, le=1, description="as its keeper judges it")


@event("crm.relationship.started.v1", CUSTOMERS)
class RelationshipStarted(_Relationship, Payload):
    """Somebody of ours, or of our partners, has to do with the customer. Subject: the relationship."""


@event("crm.relationship.changed.v1", CUSTOMERS)
class RelationshipChanged(_Relationship, Payload):
    """The relationship is different from now on. Subject: the relationship."""


@event("crm.relationship.ended.v1", CUSTOMERS)
class RelationshipEnded(Payload):
    """It is over. Subject: the relationship. `replaced_by`: the relationship that took its place."""

    replaced_by: Id | None = None


@event("crm.acquisition.stage_changed.v1", CUSTOMERS)
class AcquisitionStageChanged(Payload):
    """A prospect is at another stage. Subject: the customer. `cost`: of this step, ours."""

    stage: Stage
    cost: Money | None = None


@event("crm.objective.set.v1", CUSTOMERS)
class ObjectiveSet(Payload):
    """An objective for this customer. Subject: the objective. `target`: in a unit of its own, above 0."""

    target: Number = Field(gt=0)
    due_at: Time
    strategy: Code | None = None


@event("crm.objective.progressed.v1", CUSTOMERS)
class ObjectiveProgressed(Payload):
    """How far it is. Subject: the objective. `progress`: so much of the target, in its unit."""

    progress: Number


@event("crm.objective.reviewed.v1", CUSTOMERS)
class ObjectiveReviewed(Payload):
    """It was looked at. Subject: the objective. `together`: with the customer."""

    together: bool = False


@event("crm.objective.closed.v1", CUSTOMERS)
class ObjectiveClosed(Payload):
    """It counts no more. Subject: the objective."""

    reached: bool


@event("crm.commitment.made.v1", CUSTOMERS)
class CommitmentMade(Payload):
    """We promised something. Subject: the commitment. `link`: the relationship through which we did."""

    due_at: Time
    link: Id | None = None


@event("crm.commitment.met.v1", CUSTOMERS)
class CommitmentMet(Payload):
    """We kept it. Subject: the commitment."""


@event("crm.commitment.missed.v1", CUSTOMERS)
class CommitmentMissed(Payload):
    """We did not; the event's time is the due time. Subject: the commitment."""


@event("crm.requirement.checked.v1", CUSTOMERS)
class RequirementChecked(Payload):
    """What we delivered was held against what the customer requires. Subject: the requirement."""

    conforms: bool


@event("crm.integration.offered.v1", CUSTOMERS)
class IntegrationOffered(Payload):
    """We offered to join our processes to theirs. Subject: the integration."""

    kind: IntegrationKind


@event("crm.integration.started.v1", CUSTOMERS)
class IntegrationStarted(Payload):
    """Our processes are joined. Subject: the integration. `reviews_a_year`: joint reviews to be expected."""

    kind: IntegrationKind
    reviews_a_year: Count = 0


@event("crm.integration.used.v1", CUSTOMERS)
class IntegrationUsed(Payload):
    """Something went through it. Subject: the integration. `standing_order`: one that was fulfilled.

    `about`: the purchase or the complaint that it was, where that is known: told by two, it counts once.
    """

    kind: UseKind
    about: Id | None = None


@event("crm.integration.ended.v1", CUSTOMERS)
class IntegrationEnded(Payload):
    """Our processes are apart again. Subject: the integration."""


class _Step(Value):
    step: Literal["enquiry", "quote", "order", "billing", "payment", "fulfilment", "support"]
    amount: Money | None = None


@event("crm.process_step.due.v1", CUSTOMERS)
class ProcessStepDue(_Step, Payload):
    """A step from contact to cash is planned. Subject: the step."""

    due_at: Time


@event("crm.process_step.completed.v1", CUSTOMERS)
class ProcessStepCompleted(_Step, Payload):
    """The step is done, at this event's time. Subject: the step."""


@event("crm.process_step.disputed.v1", CUSTOMERS)
class ProcessStepDisputed(_Step, Payload):
    """The customer disputes the step: a bill, a payment. Subject: the step."""
