"""When a store's day ends."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UNKNOWN = "UTC"
"""The zone of a store that nobody told us of, and of what is in no store."""


def local_day(moment: datetime, zone: str) -> date:
    """The day of the calendar in the store's time zone."""
    return moment.astimezone(_zone(zone)).date()


def end_of_day(moment: datetime, zone: str) -> datetime:
    """The store's midnight after `moment`, UTC; days of 23 and 25 hours end when their clock says so."""
    following = local_day(moment, zone) + timedelta(days=1)
    return datetime.combine(following, time(), tzinfo=_zone(zone)).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(UNKNOWN)
