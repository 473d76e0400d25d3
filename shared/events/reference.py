"""Topic `crm.reference`: what is offered and where; the latest value of an entity holds for all time."""

from datetime import date
from typing import Literal

from shared.events.envelope import Payload, event
from shared.events.topics import REFERENCE
from shared.events.values import Code, Count, Number, Text, Value


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


class Decline(Value):
    """A stretch of days in which a sector declines; the end exclusive, open where none is told."""

    since: date
    until: date | None = None
    region: Code | None = None
    cause: Literal["decline", "recall", "scandal", "regulation"] = "decline"


@event("crm.channel.retired.v1", REFERENCE)
class ChannelRetired(Payload):
    """A channel is, or will be, no more. Subject: the channel."""

    retired_on: date


@event("crm.sector.declined.v1", REFERENCE)
class SectorDeclined(Payload):
    """Every decline of a sector. Subject: the sector."""

    declines: tuple[Decline, ...]
