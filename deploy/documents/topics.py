"""What the documents say about a topic: its owners, its key, how long it keeps, its types, its purpose."""

import sys

from shared.events import REGISTRY, Payload, Topic
from shared.events.topics import DAY_MS, ERASURES, FOREVER, REFERENCE

SERVICES = ("customers", "complaints", "loyalty", "scoring")
CUSTOMER = "the customer's id; `store:<id>` where nobody knows the customer"
KEYS = {
    REFERENCE.name: "the entity: `category:<id>`, `store:<id>`, `channel:<id>`, `sector:<id>`",
    ERASURES.name: "`erasure:<id>`",
}
DEAD_LETTERS = (
    "records that {} could not take in, as they were, with `dead-letter-…` headers that say why and from where"
)


def types(topic: Topic) -> list[type[Payload]]:
    """The types of the topic in the order of their declaration; none for dead letters, which hold anything."""
    return [payload for payload in REGISTRY.values() if topic.name == payload.TOPIC.name]


def owners(topic: Topic) -> tuple[str, ...]:
    """The services that write it."""
    return (topic.owner,) if topic.owner in SERVICES else SERVICES


def key(topic: Topic) -> str:
    """What the records' key is."""
    return KEYS.get(topic.name, CUSTOMER if types(topic) else "as it was")


def retention(topic: Topic) -> str:
    """How long records stay."""
    if topic.compacted:
        return "the latest record of each key, for ever"
    return "for ever" if topic.retention_ms == FOREVER else f"{topic.retention_ms // DAY_MS} days"


def purpose(topic: Topic) -> str:
    """One sentence: what the topic's module says of it in its first line."""
    if not (declared := types(topic)):
        return DEAD_LETTERS.format(topic.owner) + "."
    first, *_ = (sys.modules[declared[0].__module__].__doc__ or "").splitlines()
    return first.partition(": ")[2]
