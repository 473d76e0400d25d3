"""The day of a logbook: a store's own, in its time zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UNKNOWN = "UTC"
"""The zone of a store whose own nobody can read."""


class Span(NamedTuple):
    """From `start` to before `end`, both UTC."""

    start: datetime
    end: datetime


def day_of_store(day: date, zone: str) -> Span:
    """The store's day from midnight to midnight; one of 23 or 25 hours where its clock says so."""
    midnights = [datetime.combine(each, time(), tzinfo=_zone(zone)) for each in (day, day + timedelta(days=1))]
    start, end = (midnight.astimezone(UTC) for midnight in midnights)
    return Span(start, end)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(UNKNOWN)
