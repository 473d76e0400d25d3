"""Topic `crm.erasures`: each service's answer to an erasure."""

from typing import Literal

from shared.events.envelope import Payload, event
from shared.events.topics import ERASURES

Service = Literal["customers", "complaints", "loyalty", "scoring"]


@event("crm.erasure.completed.v1", ERASURES)
class ErasureCompleted(Payload):
    """This service holds nothing of the person any more. Subject: the erasure; it is the key, too (`erasure:<id>`)."""

    service: Service
