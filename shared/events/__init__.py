"""The contracts between services: CloudEvents in JSON on Kafka, one class per event type.

Importing this package registers every type; it needs pydantic and the standard library alone.
"""

from shared.events import complaints, customers, erasures, loyalty, purchases, reference, scores, visits
from shared.events.envelope import (
    REGISTRY,
    ContractError,
    Event,
    Payload,
    UnknownTypeError,
    decode,
    event,
    schema_uri,
)
from shared.events.topics import FACT_TOPICS, TOPICS, Topic, dead_letters
from shared.events.values import Money

__all__ = [
    "FACT_TOPICS",
    "REGISTRY",
    "TOPICS",
    "ContractError",
    "Event",
    "Money",
    "Payload",
    "Topic",
    "UnknownTypeError",
    "complaints",
    "customers",
    "dead_letters",
    "decode",
    "erasures",
    "event",
    "loyalty",
    "purchases",
    "reference",
    "schema_uri",
    "scores",
    "visits",
]
