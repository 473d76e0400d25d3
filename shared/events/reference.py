"""Topic `crm.reference`: what is offered and where; the latest value of an entity holds for all time."""

from datetime import date

from shared.events.envelope import Payload, event
from shared.events.topics import REFERENCE
from shared.events.values import Code, Count, Number, Text


@event("crm.category.offered.v1", REFERENCE)
class CategoryOffered(Payload):
    """A category of products and when it is on offer (UTC days, the end exclusive). Subject: the category.

    `assumed_margin`: share of the price that is margin, for lines sold without a known cost.
    """

    offered_from: date
    offered_until: date | None = None
    format: Code | None = None
    level: Count | None = None
    assumed_margin: Number | None = None


@event("crm.store.opened.v1", REFERENCE)
class StoreOpened(Payload):
    """A store is, or will be, open. Subject: the store."""

    opened_on: date | None = None
    format: Code | None = None
    region: Code | None = None
    time_zone: Text


@event("crm.store.closed.v1", REFERENCE)
class StoreClosed(Payload):
    """A store has an end; carries the beginning too. Subject: the store."""

    opened_on: date | None = None
    closed_on: date
    format: Code | None = None
    region: Code | None = None
    time_zone: Text
