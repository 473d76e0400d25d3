"""The customers service's copy of the stores, and when their days end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.customers.stores.domain import UNKNOWN, end_of_day, local_day
from services.customers.stores.queries import zone, zones
from shared.events.reference import StoreClosed
from tests.customers.visits import STARTED, keep_store, opened
from tests.support.client import Client

HOUR = timedelta(hours=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "first", "last", "hours"),
    [
        ("Asia/Kolkata", utc(2026, 1, 4, 18, 30), utc(2026, 1, 5, 18, 30), 24),
        ("America/New_York", utc(2026, 3, 8, 5), utc(2026, 3, 9, 4), 23),
        ("America/New_York", utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), 25),
        ("Europe/Berlin", utc(2026, 3, 28, 23), utc(2026, 3, 29, 22), 23),
        ("Australia/Lord_Howe", utc(2026, 4, 4, 13), utc(2026, 4, 5, 13, 30), 24.5),
        ("America/Sao_Paulo", utc(2018, 11, 4, 3), utc(2018, 11, 5, 2), 23),  # its midnight was left out
        ("America/Sao_Paulo", utc(2018, 2, 17, 2), utc(2018, 2, 18, 3), 25),  # it struck 23 o'clock twice
        ("America/Havana", utc(2026, 11, 1, 4), utc(2026, 11, 2, 5), 25),  # it has midnight twice
        ("Pacific/Apia", utc(2011, 12, 29, 10), utc(2011, 12, 30, 10), 24),  # the next day was left out
        ("Mars/Olympus", utc(2026, 1, 5), utc(2026, 1, 6), 24),
        ("../../etc/passwd", utc(2026, 1, 5), utc(2026, 1, 6), 24),
    ],
)
def test_C07_a_store_s_day_ends_by_its_own_clock(name: str, first: datetime, last: datetime, hours: float) -> None:
    assert last - first == hours * HOUR
    moment = timedelta(microseconds=1)
    for within in (first, first + HOUR, last - HOUR, last - moment):
        assert end_of_day(within, name) == last
        assert local_day(within, name) == local_day(first, name)
    assert end_of_day(first - moment, name) == first
    assert end_of_day(last, name) > last


def test_C07_a_day_is_the_store_s_own() -> None:
    assert local_day(utc(2026, 1, 5, 20), "Asia/Kolkata") == date(2026, 1, 6)
    assert local_day(utc(2026, 1, 5, 4), "America/New_York") == date(2026, 1, 4)
    assert local_day(utc(2026, 1, 5, 4), UNKNOWN) == date(2026, 1, 5)


async def test_C07_stores_are_copied_from_what_is_told_of_them(customers: Client) -> None:
    await keep_store(customers, "330", "America/New_York")
    await keep_store(customers, "331", StoreClosed(closed_on=date(2026, 1, 31), time_zone="Asia/Kolkata"))
    async with opened(customers) as session:
        assert await zones(session, ["330", "331", "332", None]) == {
            "330": "America/New_York",
            "331": "Asia/Kolkata",
            "332": UNKNOWN,
            None: UNKNOWN,
        }
        assert (await zone(session, "330"), await zone(session, None)) == ("America/New_York", UNKNOWN)


async def test_C07_an_older_word_on_a_store_changes_nothing(customers: Client) -> None:
    for days, name in ((0, "America/New_York"), (2, "Europe/Berlin"), (1, "Asia/Kolkata")):
        await keep_store(customers, "330", name, STARTED + timedelta(days=days))
    async with opened(customers) as session:
        assert await zone(session, "330") == "Europe/Berlin"
