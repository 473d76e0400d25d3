"""Topic `crm.visits`: a customer came, or met us elsewhere."""

from shared.events.envelope import Payload, event
from shared.events.topics import VISITS
from shared.events.values import Code, Count, Id, Value


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
