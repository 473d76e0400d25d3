"""Topic `crm.visits`: a customer came, or met us elsewhere, and what we did for them there."""

from typing import Literal

from shared.events.envelope import Payload, event
from shared.events.topics import VISITS
from shared.events.values import Code, Count, Id, Money, Time, Value

TouchpointKind = Literal["contact", "event", "community", "joint_review", "first_use", "use"]
GestureKind = Literal["social", "customization"]


class _Visit(Value):
    channel: Code
    purpose: Code | None = None
    served_by: Id | None = None
    converted: bool | None = None
    two_way: bool | None = None


@event("crm.visit.started.v1", VISITS)
class VisitStarted(_Visit, Payload):
    """A customer arrived. Subject: the visit. `two_way` and `converted` where they are known already."""

    welcomed_by: Id | None = None
    seconds_to_welcome: Count | None = None


@event("crm.visit.ended.v1", VISITS)
class VisitEnded(_Visit, Payload):
    """A customer left. Subject: the visit. `outcome`: what came of it, as a code."""

    outcome: Code | None = None


@event("crm.touchpoint.recorded.v1", VISITS)
class TouchpointRecorded(Payload):
    """We met elsewhere: web, app, phone, home, an event. Subject: the touchpoint.

    `begun`: in a conversation, that it only began here; `outcome`: what came of it, where something did.
    """

    channel: Code
    kind: TouchpointKind = "contact"
    two_way: bool = False
    begun: bool = False
    outcome: Code | None = None
    served_by: Id | None = None


@event("crm.doubt.raised.v1", VISITS)
class DoubtRaised(Payload):
    """The customer has a doubt or a fear. Subject: the doubt."""

    topic: Code


@event("crm.doubt.resolved.v1", VISITS)
class DoubtResolved(Payload):
    """The doubt is settled. Subject: the doubt."""

    outcome: Code | None = None


@event("crm.baggage.deposited.v1", VISITS)
class BaggageDeposited(Payload):
    """We look after the customer's belongings. Subject: the bag."""


@event("crm.baggage.returned.v1", VISITS)
class BaggageReturned(Payload):
    """The belongings are back with their owner. Subject: the bag. `by_token`: against the token, else by proof."""

    by_token: bool = True


@event("crm.baggage.retained.v1", VISITS)
class BaggageRetained(Payload):
    """Nobody came for it by the end of the day: it is kept at the service desk. Subject: the bag."""

    until: Time | None = None


@event("crm.baggage.disposed.v1", VISITS)
class BaggageDisposed(Payload):
    """It was kept for as long as promised, and is gone. Subject: the bag."""


@event("crm.gesture.made.v1", VISITS)
class GestureMade(Payload):
    """We did more than we promised. Subject: the gesture."""

    kind: GestureKind
    cost: Money | None = None
    by: Id | None = None


@event("crm.preference.stated.v1", VISITS)
class PreferenceStated(Payload):
    """The customer told what they prefer. Subject: the preference. `due_at`: when it should be used by, if ever."""

    topic: Code
    due_at: Time | None = None


@event("crm.preference.used.v1", VISITS)
class PreferenceUsed(Payload):
    """What the customer prefers was acted upon. Subject: the preference."""


@event("crm.solution.promised.v1", VISITS)
class SolutionPromised(Payload):
    """A solution for this one customer is promised. Subject: the solution."""

    due_at: Time | None = None


@event("crm.solution.delivered.v1", VISITS)
class SolutionDelivered(Payload):
    """The one-to-one solution is with the customer. Subject: the solution."""
