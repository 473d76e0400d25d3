"""C07: a visit that was left open ends with its store's day, once, by the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.customers.visits.domain import RuleError, Stay, check_spoken, close, leave
from services.customers.visits.tables import Visit
from shared import clock
from shared.events.visits import VisitEnded
from tests.customers.visits import (
    BEGUN,
    END,
    STARTED,
    WHOLE,
    at_noon,
    begin,
    history,
    keep_store,
    kinds,
    opened,
    watched,
)
from tests.support.client import Client

NEW_YORK, CLOSES = "America/New_York", "2026-01-06T05:00:00Z"
MIDNIGHT = datetime(2026, 1, 6, 5, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_C07_a_stay_ends_once_and_by_the_end_of_the_day() -> None:
    stay = Stay(STARTED, MIDNIGHT)
    assert leave(stay, MIDNIGHT) == Stay(STARTED, MIDNIGHT, MIDNIGHT)
    closed = close(stay)
    assert closed == Stay(STARTED, MIDNIGHT, MIDNIGHT, by_clock=True)
    assert leave(closed, STARTED) == Stay(STARTED, MIDNIGHT, STARTED)
    late = ((each, at) for each in (stay, closed) for at in (STARTED - MOMENT, MIDNIGHT + MOMENT))
    for ended, at in (*late, (leave(stay, MIDNIGHT), STARTED), (leave(closed, STARTED), STARTED)):
        with pytest.raises(RuleError):
            leave(ended, at)


def test_C07_words_are_of_the_day_of_their_visit() -> None:
    short, long = Stay(STARTED, MIDNIGHT, STARTED), Stay(STARTED, MIDNIGHT, MIDNIGHT + MOMENT)
    for stay, at in ((short, STARTED), (short, MIDNIGHT), (long, MIDNIGHT + MOMENT)):
        check_spoken(stay, at)
    for stay, at in ((short, STARTED - MOMENT), (short, MIDNIGHT + MOMENT), (long, MIDNIGHT + 2 * MOMENT)):
        with pytest.raises(RuleError):
            check_spoken(stay, at)


@pytest.mark.parametrize(
    ("store", "started", "closes"),
    [
        ("330", "2026-01-05T10:00:00Z", CLOSES),
        ("330", "2026-01-06T04:59:59Z", CLOSES),
        ("330", "2026-01-06T05:00:00Z", "2026-01-07T05:00:00Z"),
        ("330", "2026-03-08T06:00:00Z", "2026-03-09T04:00:00Z"),
        ("330", "2026-11-01T12:00:00Z", "2026-11-02T05:00:00Z"),
        ("unknown", "2026-01-05T10:00:00Z", "2026-01-06T00:00:00Z"),
        (None, "2026-01-05T23:59:59Z", "2026-01-06T23:59:59Z"),
    ],
)
async def test_C07_a_visit_closes_with_its_store_s_day(
    customers: Client, store: str | None, started: str, closes: str
) -> None:
    await keep_store(customers, "330", NEW_YORK)
    told = BEGUN | {"store_id": store, "started_at": started}
    assert (await customers.post("/v1/visits", told)).json()["closes_at"] == closes
    await customers.stream("/v1/imports/visits", [told | {"id": "v2"}])
    assert (await customers.get("/v1/visits/v2")).json()["closes_at"] == closes


async def test_C07_when_it_closes_is_fixed_at_the_start(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await begin(customers)
    await keep_store(customers, "330", "Asia/Kolkata", STARTED + timedelta(days=1))
    assert (await customers.get("/v1/visits/v1")).json()["closes_at"] == CLOSES


async def test_C07_a_visit_left_open_ends_with_the_day(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await begin(customers, served_by="e9")
    async with watched(customers) as watch:
        assert (await watch.look(), await watch.look()) == (1, 0)
    visit = (await customers.get("/v1/visits/v1")).json()
    assert (visit["ended_at"], visit["outcome"], visit["version"]) == (CLOSES, None, 2)
    first, last = await customers.outbox()
    assert (last.type, last.subject, last.time) == ("crm.visit.ended.v1", "v1", MIDNIGHT)
    assert (last.partitionkey, last.storeid, last.source) == ("asha", "330", first.source)
    assert last.data == VisitEnded(channel="store", purpose="browse", served_by="e9")
    [change] = await history(customers)
    assert (change["what"], change["by"], change["at"], change["version"]) == ("end_of_day", "clock", CLOSES, 2)
    assert (change["before"], change["after"]) == ({"ended_at": None}, {"ended_at": CLOSES})


async def test_C07_who_is_still_here_is_left_alone(customers: Client) -> None:
    now = clock.now()
    await keep_store(customers, "330", at_noon(now))
    await begin(customers, started_at=now.isoformat())
    await customers.post("/v1/visits", WHOLE | {"id": "v2"})
    async with watched(customers) as watch:
        assert await watch.look() == 0
    assert kinds(await customers.outbox()) == ["crm.visit.started.v1"] * 2 + ["crm.visit.ended.v1"]


async def test_C07_two_clocks_end_each_visit_once(customers: Client) -> None:
    started = [STARTED - timedelta(hours=7 * number) for number in range(250)]
    lines = [BEGUN | {"id": f"v{n}", "started_at": at.isoformat()} for n, at in enumerate(started)]
    await customers.stream("/v1/imports/visits", lines)
    async with watched(customers) as one, watched(customers) as other:
        done = [*await asyncio.gather(one.look(), other.look()), await one.look()]
    ends = [event for event in await customers.outbox() if event.type == "crm.visit.ended.v1"]
    assert sum(done) == len(ends) == len({event.subject for event in ends}) == 250
    assert {event.subject: event.time.date() for event in ends} == {
        f"v{n}": at.date() + timedelta(days=1) for n, at in enumerate(started)
    }


async def test_C07_the_longest_overdue_is_ended_first(customers: Client) -> None:
    days = (3, 1, 2)
    for day in days:
        await begin(customers, id=f"v{day}", started_at=f"2026-01-0{day}T10:00:00Z")
    async with watched(customers) as watch:
        await watch.look()
    ends = [event for event in await customers.outbox() if event.type == "crm.visit.ended.v1"]
    assert [event.subject for event in ends] == ["v1", "v2", "v3"]
    assert all(earlier.time < later.time for earlier, later in pairwise(ends))


async def test_C07_a_visit_that_somebody_is_ending_is_theirs(customers: Client) -> None:
    await begin(customers)
    async with watched(customers) as watch:
        async with opened(customers) as session:
            await session.execute(select(Visit).where(col(Visit.id) == "v1").with_for_update())
            assert await watch.look() == 0
        assert await watch.look() == 1


async def test_C07_staff_and_the_clock_at_once_end_it_once(customers: Client) -> None:
    ids = [f"v{number}" for number in range(20)]
    for visit in ids:
        await begin(customers, id=visit)
    async with watched(customers) as watch:
        ends = [customers.post(f"/v1/visits/{visit}/end", {"occurred_at": END}, match='"1"') for visit in ids]
        answers, _ = await asyncio.gather(asyncio.gather(*ends), watch.look())
        await watch.look()
    told = {event.subject: event.time for event in await customers.outbox() if event.type == "crm.visit.ended.v1"}
    assert len(await customers.outbox()) == 40
    for visit, answer in zip(ids, answers, strict=True):
        shown = (await customers.get(f"/v1/visits/{visit}")).json()
        assert answer.status_code == (200 if shown["ended_at"] == END else 412), answer.text
        assert (told[visit].isoformat(), shown["version"]) == (shown["ended_at"].replace("Z", "+00:00"), 2)


async def test_C07_an_end_after_the_end_of_the_day_is_refused(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await begin(customers)
    for told in ({"occurred_at": "2026-01-06T05:00:01Z"}, {}):
        refused = await customers.post("/v1/visits/v1/end", told, match='"1"')
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
        assert refused.json()["detail"].startswith("a visit ends with the store's day")
    visit = (await customers.get("/v1/visits/v1")).json()
    assert (visit["ended_at"], visit["version"]) == (None, 1)
    assert (await history(customers), len(await customers.outbox())) == ([], 1)
    last = await customers.post("/v1/visits/v1/end", {"occurred_at": CLOSES}, match='"1"')
    assert (last.status_code, last.json()["ended_at"]) == (200, CLOSES)


@pytest.mark.parametrize("at", [None, END])
async def test_C07_what_came_of_a_visit_that_the_day_has_ended_is_told_once(customers: Client, at: str | None) -> None:
    await keep_store(customers, "330", NEW_YORK)
    await begin(customers)
    async with watched(customers) as watch:
        await watch.look()
        came = {"outcome": "bought", "converted": True, "two_way": True, "served_by": "e9"}
        for moment, match, status in (
            (END, '"1"', 412),
            ("2026-01-06T05:00:01Z", '"2"', 409),
            (at, '"2"', 200),
            (at, '"3"', 409),
        ):
            answer = await customers.post("/v1/visits/v1/end", came | {"occurred_at": moment}, match=match)
            assert answer.status_code == status, answer.text
        assert await watch.look() == 0
    visit = (await customers.get("/v1/visits/v1")).json()
    assert {name: visit[name] for name in came} == came
    assert (visit["ended_at"], visit["version"]) == (at or CLOSES, 3)
    _, by_clock, again = await customers.outbox()
    assert by_clock.data == VisitEnded(channel="store", purpose="browse")
    assert again.data == VisitEnded(channel="store", purpose="browse", **came)
    assert again.time == datetime.fromisoformat(at or CLOSES)
    assert [(each["what"], each["version"]) for each in await history(customers)] == [("end", 3), ("end_of_day", 2)]


async def test_L02_imported_visits_left_open_end_with_their_own_day(customers: Client) -> None:
    await keep_store(customers, "330", NEW_YORK)
    times = {
        "v1": ("330", "2025-07-04T12:00:00Z"),
        "v2": ("331", "2024-02-29T12:00:00Z"),
        "v3": (None, "2023-01-01T00:00:00Z"),
    }
    lines = [BEGUN | {"id": visit, "store_id": store, "started_at": at} for visit, (store, at) in times.items()]
    await customers.stream("/v1/imports/visits", [*lines, WHOLE | {"id": "v4"}])
    async with watched(customers) as watch:
        assert await watch.look() == 3
    ends = {e.subject: e.time for e in await customers.outbox() if e.type == "crm.visit.ended.v1"}
    assert ends.pop("v4") == datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    assert ends == {
        "v1": datetime(2025, 7, 5, 4, tzinfo=UTC),
        "v2": datetime(2024, 3, 1, tzinfo=UTC),
        "v3": datetime(2023, 1, 2, tzinfo=UTC),  # in no store: 24 hours
    }
