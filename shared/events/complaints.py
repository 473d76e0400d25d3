"""Topic `crm.complaints`: cases and what was done about them, surveys, incidents, follow-ups.

The subject of a `complaint.…` event is the complaint.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from shared.events.envelope import Payload, event
from shared.events.topics import COMPLAINTS
from shared.events.values import Code, Count, Id, Money, Time, Value

Category = Literal["price", "product", "service", "technology", "policy", "market"]
Severity = Literal["low", "normal", "high", "critical"]
RemedyKind = Literal["refund", "replacement", "voucher", "apology"]
Factor = Literal["product", "sales", "post_purchase", "culture"]
IncidentKind = Literal["unpaid_exit", "misbehaviour", "breakage", "accident"]
ReasonForLeaving = Literal["price", "product", "service", "hardship", "technology", "policy", "sector"]


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

    kind: RemedyKind
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


@event("crm.complaint.paused.v1", COMPLAINTS)
class ComplaintPaused(Payload):
    """We wait for the customer: the clock stands still. Subject: the complaint."""


@event("crm.complaint.resumed.v1", COMPLAINTS)
class ComplaintResumed(Payload):
    """The clock runs again, to these due times. Subject: the complaint."""

    due_acknowledge: Time
    due_resolve: Time


@event("crm.complaint.breached.v1", COMPLAINTS)
class ComplaintBreached(Payload):
    """A standard was missed; the event's time is the due time. Subject: the complaint."""

    standard: Literal["acknowledge", "resolve"]


@event("crm.complaint.warned.v1", COMPLAINTS)
class ComplaintWarned(Payload):
    """A standard will be missed at `due_at` unless somebody acts. Subject: the complaint."""

    standard: Literal["acknowledge", "resolve"]
    due_at: Time


@event("crm.complaint.remedy_refused.v1", COMPLAINTS)
class ComplaintRemedyRefused(Payload):
    """A remedy was asked for and not granted. Subject: the complaint."""

    kind: RemedyKind
    escalated: bool = False


class FactorAnswer(Value):
    """Expectation and delivery of one factor, asked together, each 1–7."""

    factor: Factor
    expectation: int = Field(ge=1, le=7)
    delivery: int = Field(ge=1, le=7)


class About(Value):
    """What a survey asks about."""

    kind: Literal["purchase", "visit", "complaint"]
    id: Id


@event("crm.survey.answered.v1", COMPLAINTS)
class SurveyAnswered(Payload):
    """A customer answered a survey. Subject: the survey. `nps` 0–10, `csat` 1–5, `effort` 1–7."""

    about: About | None = None
    factors: tuple[FactorAnswer, ...] = ()
    nps: int | None = Field(default=None, ge=0, le=10)
    csat: int | None = Field(default=None, ge=1, le=5)
    effort: int | None = Field(default=None, ge=1, le=7)
    prefers_us: bool | None = None
    competitor_id: Id | None = None
    reason_for_leaving: ReasonForLeaving | None = None

    @model_validator(mode="after")
    def _each_factor_once(self) -> Self:
        if len({answer.factor for answer in self.factors}) < len(self.factors):
            raise ValueError("a factor is answered once")
        return self


@event("crm.incident.recorded.v1", COMPLAINTS)
class IncidentRecorded(Payload):
    """Something happened on the shop floor. Subject: the incident."""

    kind: IncidentKind


@event("crm.task.opened.v1", COMPLAINTS)
class TaskOpened(Payload):
    """A follow-up is due. Subject: the task."""

    due_at: Time
    origin: Literal["complaint", "survey", "gesture", "defection_risk", "other"] = "other"


@event("crm.task.completed.v1", COMPLAINTS)
class TaskCompleted(Payload):
    """The follow-up was done. Subject: the task."""

    outcome: Code | None = None
