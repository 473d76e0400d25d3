"""Business time: how much of it lies between two instants, and when some of it has passed.

A store is open as its opening hours say, in its time zone, but for public holidays and the days on which it is closed:
these are closed from midnight to midnight. Time is measured in UTC, so that a night in which the clocks change is an
hour shorter or longer than it looks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from holidays import country_holidays
from opening_hours import OpeningHours, State

DAY = timedelta(days=1)
FAR = timedelta(days=20 * 366)
"""How far ahead open time is looked for."""


class NeverOpenError(Exception):
    """There is not as much open time in the next twenty years; the text says how much was looked for."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a store is open. `time_zone`: of the IANA database. `opening_hours`: as OpenStreetMap writes them.

    `country`, `subdivision`: whose public holidays are closed (ISO 3166), none without. `closed_on`: local days.
    """

    time_zone: str
    opening_hours: str
    country: str | None = None
    subdivision: str | None = None
    closed_on: frozenset[date] = frozenset()


class Hours(Protocol):
    """A way to count time. All instants in UTC."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant at which `span` has passed since `start`; raises `NeverOpenError`."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """What has passed from `start` to `end`; nothing where that is earlier."""


class WallClock:
    """Around the clock: nights and holidays count."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant `span` after `start`."""
        return start + span

    def between(self, start: datetime, end: datetime) -> timedelta:
        """From `start` to `end`."""
        return max(end - start, timedelta(0))


class BusinessTime:
    """Counts the time in which a store is open."""

    def __init__(self, calendar: Calendar) -> None:
        self._zone = ZoneInfo(calendar.time_zone)
        self._hours = OpeningHours(calendar.opening_hours)
        self._closed_on = calendar.closed_on
        country = calendar.country
        self._holidays = country_holidays(country, subdiv=calendar.subdivision) if country else {}

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant at which the store was open for `span` since `start`: the closing, where it is used up then.

        Raises `NeverOpenError`.
        """
        left = span
        if not left:
            return start
        for opens, closes in self._open(start, start + FAR):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        raise NeverOpenError(f"it is not open for {span} in the twenty years from {start.isoformat()}")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How long the store is open from `start` to `end`."""
        return sum((closes - opens for opens, closes in self._open(start, end)), timedelta(0))

    def _open(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it opens and closes from `start` to `end`, in order, a day's parts by themselves."""
        at = start
        for day in _days(start.astimezone(self._zone).date(), end.astimezone(self._zone).date()):
            for opens, closes in self._open_on(day):
                # Where the clocks go forward, what begins in the hour that is left out begins after it.
                opens, closes = max(opens, at), min(closes, end)  # noqa: PLW2901
                if opens < closes:
                    yield opens, closes
                    at = closes

    def _open_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self._closed_on or day in self._holidays:
            return
        midnight = datetime.combine(day, time())  # as the clock on the wall shows it
        for opens, closes, state, _ in self._hours.intervals(midnight, midnight + DAY):
            if state == State.OPEN:
                yield self._utc(opens), self._utc(closes)

    def _utc(self, shown: datetime) -> datetime:
        return shown.replace(tzinfo=self._zone).astimezone(UTC)


@lru_cache(maxsize=256)
def business_time(calendar: Calendar) -> BusinessTime:
    """The business time of a calendar: parsed once, for many cases of a store."""
    return BusinessTime(calendar)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY
