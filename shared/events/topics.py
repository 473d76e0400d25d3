"""The topics, declared once: brokers, manifests and documents are made from this list."""

from dataclasses import dataclass

FOREVER = -1
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic.

    `partitions`: equal on all customer-keyed topics, so that the range assignor puts a customer's
    partitions side by side. `retention_ms`: `FOREVER` for facts. `owner`: the one service that writes
    it, beside third parties with credentials of their own. `readers`: services that consume it.
    """

    name: str
    owner: str
    readers: tuple[str, ...] = ("scoring",)
    partitions: int = 8
    retention_ms: int = FOREVER
    compacted: bool = False


PURCHASES = Topic("crm.purchases", "loyalty", readers=("scoring", "customers", "complaints", "loyalty"))
VISITS = Topic("crm.visits", "customers", readers=("scoring", "complaints", "loyalty"))
COMPLAINTS = Topic("crm.complaints", "complaints")
CUSTOMERS = Topic("crm.customers", "customers", readers=("scoring", "complaints", "loyalty"))
LOYALTY = Topic("crm.loyalty", "loyalty")
REFERENCE = Topic(
    "crm.reference", "loyalty", readers=("scoring", "customers", "complaints"), partitions=1, compacted=True
)
SCORES = Topic("crm.scores", "scoring", readers=("complaints", "loyalty"), retention_ms=30 * DAY_MS)
ERASURES = Topic("crm.erasures", "every service", readers=("customers",), partitions=1)

FACT_TOPICS = (PURCHASES, VISITS, COMPLAINTS, CUSTOMERS, LOYALTY, REFERENCE)
"""What scoring reads."""


def dead_letters(service: str) -> Topic:
    """The topic that holds records `service` could not take in, as they were."""
    return Topic(f"crm.{service}.dead-letters", service, readers=(service,), partitions=1, retention_ms=30 * DAY_MS)


SERVICES = ("customers", "complaints", "loyalty", "scoring")
TOPICS = (*FACT_TOPICS, SCORES, ERASURES, *map(dead_letters, SERVICES))
