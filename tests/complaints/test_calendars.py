"""K02: a store's calendar: business time by hand and by rule, and how it is put."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.complaints.calendars.domain import BusinessTime, Calendar, NeverOpenError
from tests.support.client import Client

HOUR = timedelta(hours=1)
OFFICE = "Mo-Fr 09:00-17:00"
NEW_YORK = "America/New_York"
PATH = "/v1/stores/330/calendar"
DAYS = ["2030-01-01", "2030-01-02"]
CALENDAR: dict[str, Any] = {"time_zone": NEW_YORK, "opening_hours": OFFICE, "country": "US"}
SHUT_ON_THURSDAY = Calendar(NEW_YORK, OFFICE, closed_on=frozenset({date(2026, 12, 24)}))
CALENDARS = [
    Calendar(NEW_YORK, OFFICE, "US"),
    Calendar(NEW_YORK, "Mo-Su 22:00-06:00"),
    Calendar(NEW_YORK, "Mo-Sa 01:30-02:30,09:00-13:00; Su 02:15-02:45"),
    Calendar("Asia/Kolkata", "24/7", "IN", "MH", frozenset({date(2026, 3, 3)})),
    Calendar("Australia/Lord_Howe", "Mo-Su 00:00-24:00"),  # its clocks change by half an hour
    Calendar("Asia/Beirut", "Mo-Su 00:00-01:00,23:00-24:00"),  # its clocks change at midnight
]

INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
SPANS = st.timedeltas(timedelta(0), timedelta(hours=120))


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "due"),
    [
        # 16 hours of 8-hour days are two business days: Friday 15:00 to Tuesday 15:00, by New York's clocks.
        (Calendar(NEW_YORK, OFFICE), "2026-03-06T20:00:00Z", 16, "2026-03-10T19:00:00Z"),  # they go forward on the 8th
        (Calendar(NEW_YORK, OFFICE), "2026-10-30T19:00:00Z", 16, "2026-11-03T20:00:00Z"),  # back on 1 November
        # Open through the night in which they change: 22:00 to 06:00 is 7 hours then, and 9.
        (Calendar(NEW_YORK, "Mo-Su 22:00-06:00"), "2026-03-08T03:00:00Z", 7, "2026-03-08T10:00:00Z"),
        (Calendar(NEW_YORK, "Mo-Su 22:00-06:00"), "2026-03-08T03:00:00Z", 8, "2026-03-09T03:00:00Z"),
        (Calendar(NEW_YORK, "Mo-Su 22:00-06:00"), "2026-11-01T02:00:00Z", 9, "2026-11-01T11:00:00Z"),
        # Christmas is a Friday: from Thursday 15:00 it goes on to Tuesday 15:00.
        (Calendar(NEW_YORK, OFFICE, "US"), "2026-12-24T20:00:00Z", 16, "2026-12-29T20:00:00Z"),
        (Calendar(NEW_YORK, OFFICE), "2026-12-24T20:00:00Z", 16, "2026-12-28T20:00:00Z"),
        (SHUT_ON_THURSDAY, "2026-12-24T20:00:00Z", 8, "2026-12-25T22:00:00Z"),
        # Used up at closing, it ends then, and not when they open again.
        (Calendar(NEW_YORK, OFFICE), "2026-03-10T19:00:00Z", 2, "2026-03-10T21:00:00Z"),
        # Told on a Sunday, it begins on Monday.
        (Calendar(NEW_YORK, OFFICE), "2026-03-15T16:00:00Z", 4, "2026-03-16T17:00:00Z"),
        (Calendar("Asia/Kolkata", "24/7"), "2026-03-15T16:00:00Z", 4, "2026-03-15T20:00:00Z"),
    ],
)
def test_K02_due_times_as_computed_by_hand(calendar: Calendar, start: str, hours: int, due: str) -> None:
    assert BusinessTime(calendar).add(datetime.fromisoformat(start), hours * HOUR) == datetime.fromisoformat(due)


@given(calendar=st.sampled_from(CALENDARS), start=INSTANTS, span=SPANS, more=SPANS, later=SPANS)
def test_K02_between_undoes_add_and_nothing_ends_before_what_began_before(
    calendar: Calendar, start: datetime, span: timedelta, more: timedelta, later: timedelta
) -> None:
    hours = BusinessTime(calendar)
    end = hours.add(start, span)
    assert hours.between(start, end) == span
    assert end <= hours.add(start, span + more)
    assert end <= hours.add(start + later, span)
    assert hours.add(end, more) == hours.add(start, span + more) or not span


def test_K02_a_store_that_closed_for_good_is_given_up() -> None:
    with pytest.raises(NeverOpenError, match="not open for"):
        BusinessTime(Calendar("UTC", "2026 Mo-Fr 09:00-17:00")).add(datetime(2026, 12, 31, tzinfo=UTC), 9 * HOUR)


async def test_K02_a_calendar_is_put_version_by_version(complaints: Client) -> None:
    assert (await complaints.get(PATH)).status_code == 404
    made = await complaints.put(PATH, CALENDAR)
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (201, '"1"', PATH)
    assert made.json() | CALENDAR | {"version": 1, "subdivision": None, "closed_on": []} == made.json()
    assert (await complaints.put(PATH, CALENDAR)).status_code == 200
    longer = CALENDAR | {"closed_on": ["2030-01-02", "2030-01-01", "2030-01-02"], "subdivision": "NY"}
    assert (await complaints.put(PATH, longer)).status_code == 428
    assert (await complaints.put(PATH, longer, match='"7"')).status_code == 412
    assert (await complaints.put(PATH, longer, match='"1"')).headers["ETag"] == '"2"'
    read = await complaints.get(PATH)
    assert (read.json()["closed_on"], read.json()["version"]) == (["2030-01-01", "2030-01-02"], 2)
    changes = (await complaints.get(f"{PATH}/history")).json()["items"]
    assert [(each["version"], each["what"]) for each in changes] == [(2, "change"), (1, "create")]
    assert changes[0]["before"] == {"closed_on": [], "subdivision": None}


async def test_K02_two_people_put_a_calendar_at_once(complaints: Client) -> None:
    first = await asyncio.gather(*(complaints.put(PATH, CALENDAR | {"closed_on": [day]}) for day in DAYS))
    assert sorted(answer.status_code for answer in first) == [201, 428]
    told = [CALENDAR | {"opening_hours": hours} for hours in ("Mo-Sa 09:00-17:00", "Mo-Su 10:00-17:00")]
    again = await asyncio.gather(*(complaints.put(PATH, body, match='"1"') for body in told))
    assert sorted(answer.status_code for answer in again) == [200, 412]
    assert (await complaints.get(PATH)).json()["version"] == 2


@pytest.mark.parametrize(
    ("wrong", "pointer", "why"),
    [
        ({"time_zone": "Europe/Atlantis"}, "/time_zone", "not a time zone"),
        ({"country": "XX"}, "/country", "no public holidays"),
        ({"country": "usa"}, "/country", "pattern"),
        ({"subdivision": "ZZ"}, "/subdivision", "no public holidays"),
        ({"country": None, "subdivision": "NY"}, "/subdivision", "of which country"),
        ({"closed_on": ["2026-02-30"]}, "/closed_on/0", "date"),
        ({"opening_hours": "nine to five"}, "/opening_hours", "no opening hours"),
        ({"opening_hours": "Mo-Fr " + "09:00-17:00," * 30}, "/opening_hours", "255"),
        ({"opening_hours": "Mo-Su off"}, "/opening_hours", "less than 100 hours"),
        ({"opening_hours": "Jan Mo[1] 09:00-17:00"}, "/opening_hours", "less than 100 hours"),
        ({"hours": OFFICE}, "/hours", "not permitted"),
    ],
)
async def test_K02_a_calendar_that_is_none_is_refused(
    complaints: Client, wrong: dict[str, Any], pointer: str, why: str
) -> None:
    answer = await complaints.put(PATH, CALENDAR | wrong)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:elevenfold:problem:invalid-request")
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert why in error["detail"]
    assert (await complaints.get(PATH)).status_code == 404


async def test_K02_a_store_puts_and_reads_its_own_calendar_only(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    assert (await complaints.put(PATH, CALENDAR, bearer=bound)).status_code == 201
    other = "/v1/stores/331/calendar"
    assert (await complaints.put(other, CALENDAR, bearer=bound)).status_code == 403
    assert (await complaints.put(other, CALENDAR)).status_code == 201
    for path in (other, f"{other}/history"):
        assert (await complaints.get(path, bearer=bound)).status_code == 404
