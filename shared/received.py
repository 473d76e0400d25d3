"""From a record to an event that may be taken in, or what is wrong with it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events import ContractError, Event, UnknownTypeError, decode

Reason = Literal["malformed", "unknown_type", "wrong_key", "wrong_topic", "judged"]

OURS = "/crm/"
AHEAD = timedelta(days=1)

REPLAYED, APPENDED = "replayed-from", "replayed-appended"
"""The headers of a dead letter that was put back: where it was first, and since when, in ms since 1970."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event and the record it came in (`appended`: the broker's timestamp, UTC)."""

    event: Event
    appended: datetime
    record: ConsumerRecord


Handler = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
"""Stores a batch's events in the given transaction; must leave the same rows when called again."""

Judge = Callable[[Received], str | None]
"""Says why a well-formed event can't be taken in, or None."""


class RefusedError(ContractError):
    """A record that can't be taken in; the text tells a person why, `reason` a metric."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(why)
        self.reason: Reason = reason


def not_ahead(received: Received) -> str | None:
    """A judge: refuses an event that claims to happen more than a day after it was taken.

    Third parties are measured by the broker's clock. Neither depends on when we read: a rebuild judges alike.
    """
    event = received.event
    taken = event.recordedtime if event.source.startswith(OURS) else received.appended
    return f"{event.time - taken} ahead of its recorded time" if event.time > taken + AHEAD else None


def receive(record: ConsumerRecord, judge: Judge) -> Received:
    """The event of a record, decoded and judged; raises `RefusedError`."""
    event = _decoded(record)
    if (record.key or b"").decode(errors="replace") != event.partitionkey:
        raise RefusedError("wrong_key", "the record's key is not the event's partitionkey")
    if event.data.TOPIC.name != record.topic:
        raise RefusedError("wrong_topic", f"{event.type} belongs to {event.data.TOPIC.name}")
    received = Received(event, datetime.fromtimestamp(appended_ms(record) / 1000, UTC), record)
    if why := judge(received):
        raise RefusedError("judged", why)
    return received


def appended_ms(record: ConsumerRecord) -> int:
    """When the broker had the record first, in ms since 1970: putting it back makes it no younger.

    The header counts only where it is earlier than the record's own timestamp, so that nobody gains by inventing one.
    """
    told = dict(record.headers).get(APPENDED, b"")
    believable = told.isdigit() and len(told) < 20
    return min(int(told), record.timestamp) if believable else int(record.timestamp)


def _decoded(record: ConsumerRecord) -> Event:
    try:
        return decode(record.value or b"")
    except UnknownTypeError as error:
        raise RefusedError("unknown_type", str(error)) from None
    except ContractError as error:
        raise RefusedError("malformed", str(error)) from None
