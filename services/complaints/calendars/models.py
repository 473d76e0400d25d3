"""Requests and answers about business calendars."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from holidays import country_holidays
from opening_hours import validate
from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from services.complaints.calendars.domain import BusinessTime, Calendar
from shared import clock
from shared.web.fields import Day, Request, View

YEAR = timedelta(days=365)
LEAST = timedelta(hours=100)
"""Open in the coming year: with less, cases would be due in another generation."""

NO_PLACE = frozenset({"localtime", "Factory", "posixrules"})
"""Names in the database that mean wherever the server stands, or nothing."""

_zones = cache(available_timezones)


def _known_zone(value: str) -> str:
    if value not in _zones() or value in NO_PLACE:
        raise ValueError("not a time zone of the IANA database")
    return value


def _known_country(value: str) -> str:
    return _with_holidays(value, None)


def _readable(value: str) -> str:
    if not validate(value):
        raise ValueError("these are no opening hours as OpenStreetMap writes them: Mo-Fr 09:00-17:00")
    return value


def _with_holidays(country: str, subdivision: str | None) -> str:
    try:
        country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        raise ValueError(f"no public holidays are known of {subdivision or country}") from None
    return subdivision or country


def _each_once(days: Sequence[date]) -> tuple[date, ...]:
    return tuple(sorted(set(days)))


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(_known_country)]
OpenHours = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_readable)]
Days = Annotated[tuple[Day, ...], Field(max_length=1000), AfterValidator(_each_once)]


class CalendarTold(Request):
    """When a store is open: `opening_hours` as OpenStreetMap writes them, in its time zone.

    Closed are the public holidays of `country` (ISO 3166-1) and `subdivision`, none without, and `closed_on`.
    """

    time_zone: TimeZone
    country: Country | None = None
    subdivision: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    closed_on: Days = ()
    opening_hours: OpenHours  # the last, for its check needs the others

    @field_validator("subdivision")
    @classmethod
    def _known_subdivision(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or "country" not in info.data:
            return value  # or refused already
        if info.data["country"] is None:
            raise ValueError("a subdivision of which country?")
        return _with_holidays(info.data["country"], value)

    @field_validator("opening_hours")
    @classmethod
    def _open_enough(cls, value: str, info: ValidationInfo) -> str:
        if set(cls.model_fields) - {"opening_hours"} - set(info.data):
            return value  # another field is refused already
        now, calendar = clock.now(), _calendar(**info.data, opening_hours=value)
        if BusinessTime(calendar).between(now, now + YEAR) < LEAST:
            raise ValueError("open for less than 100 hours in the coming year")
        return value

    def calendar(self) -> Calendar:
        """The calendar that is told."""
        return _calendar(**{name: getattr(self, name) for name in type(self).model_fields})


def _calendar(
    time_zone: str, opening_hours: str, country: str | None, subdivision: str | None, closed_on: Sequence[date]
) -> Calendar:
    return Calendar(time_zone, opening_hours, country, subdivision, frozenset(closed_on))


class CalendarView(View):
    """When a store is open, in the version that new cases are held to."""

    store_id: str
    time_zone: str
    opening_hours: str
    country: str | None
    subdivision: str | None
    closed_on: list[date]
    created_at: datetime
    version: int
