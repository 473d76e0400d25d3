"""C12: how a promise ends: met in time, met late, or missed by the clock, once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.commitments.commands import miss_due
from shared import clock
from shared.database import open_engine
from shared.outbox import Transaction
from tests.customers.commitments import (
    AFTER,
    BETWEEN,
    DUE,
    MADE,
    NEVER,
    PATH,
    known,
    listed,
    look,
    meet,
    outcomes,
    promise,
    shown,
    told,
    verbs,
)
from tests.support.client import Client

DAY = timedelta(days=1)


@pytest.mark.parametrize("at", [MADE, BETWEEN, DUE])
async def test_C12_met_by_its_due_time_it_is_kept(customers: Client, at: str) -> None:
    await known(customers)
    await promise(customers)
    met = await meet(customers, at)
    assert (met.status_code, met.headers["ETag"]) == (200, '"2"'), met.text
    assert (met.json()["state"], met.json()["met_at"], met.json()["kept"]) == ("met", at, True)
    assert await look(customers) == 0
    assert await outcomes(customers) == [("made", MADE), ("met", at)]
    newest = (await customers.get(f"{PATH}/p1/history")).json()["items"][0]
    assert (newest["what"], newest["at"], newest["version"]) == ("meet", at, 2)
    assert newest["before"] == {"state": "open", "met_at": None}
    assert newest["after"] == {"state": "met", "met_at": at}


@pytest.mark.parametrize("looked", [False, True], ids=["before the clock looks", "after the clock looked"])
async def test_C12_met_late_it_was_missed_first_whoever_finds_out(customers: Client, looked: bool) -> None:
    await known(customers)
    await promise(customers)
    if looked:
        assert await look(customers) == 1
    met = await meet(customers, AFTER, '"2"' if looked else '"1"')
    assert (met.status_code, met.headers["ETag"]) == (200, '"3"'), met.text
    assert (met.json()["state"], met.json()["met_at"], met.json()["kept"]) == ("met", AFTER, False)
    assert await outcomes(customers) == [("made", MADE), ("missed", DUE), ("met", AFTER)]
    assert await verbs(customers) == ["make", "miss", "meet"]
    assert await look(customers) == 0


async def test_C12_met_in_time_is_kept_though_the_news_came_after_the_clock(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    await look(customers)
    met = (await meet(customers, BETWEEN, '"2"')).json()
    assert (met["state"], met["met_at"], met["kept"]) == ("met", BETWEEN, True)
    assert await outcomes(customers) == [("made", MADE), ("missed", DUE), ("met", BETWEEN)]


async def test_C12_met_without_a_moment_is_met_now(customers: Client) -> None:
    await known(customers)
    await promise(customers, due_at=NEVER)
    before = clock.now()
    moment = datetime.fromisoformat((await meet(customers, None)).json()["met_at"])
    assert before <= moment <= clock.now()


async def test_C12_a_promise_is_met_once(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    answers = await asyncio.gather(*(meet(customers, BETWEEN) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    again = await meet(customers, BETWEEN, '"2"')
    assert (again.status_code, again.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "met already" in again.json()["detail"]
    assert await outcomes(customers) == [("made", MADE), ("met", BETWEEN)]


async def test_C12_it_is_not_met_before_it_is_made(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    refused = await meet(customers, "2026-01-05T09:59:59Z")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "can't have been met before that" in refused.json()["detail"]
    assert (await customers.get(f"{PATH}/p1")).json()["version"] == 1
    assert (await outcomes(customers), await verbs(customers)) == ([("made", MADE)], ["make"])


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412), ('W/"1"', 412)])
async def test_C12_meeting_needs_the_version(customers: Client, match: str | None, status: int) -> None:
    await known(customers)
    await promise(customers)
    assert (await meet(customers, BETWEEN, match)).status_code == status
    assert (await outcomes(customers), await verbs(customers)) == ([("made", MADE)], ["make"])


async def test_C12_the_clock_misses_what_is_past_due_once_and_nothing_else(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    await promise(customers, id="kept")
    await promise(customers, id="later", due_at=NEVER)
    await meet(customers, DUE, path=f"{PATH}/kept")
    assert [await look(customers) for _ in range(3)] == [1, 0, 0]
    missed = (await customers.get(f"{PATH}/p1")).json()
    assert (missed["state"], missed["met_at"], missed["kept"], missed["version"]) == ("missed", None, False, 2)
    assert await listed(customers, "?state=missed") == ["p1"]
    last = (await told(customers))[-1]
    assert (last.subject, last.partitionkey, shown(last.time)) == ("p1", "asha", DUE)
    assert last.type == "crm.commitment.missed.v1"
    newest = (await customers.get(f"{PATH}/p1/history")).json()["items"][0]
    assert (newest["what"], newest["by"], newest["at"]) == ("miss", "clock", DUE)
    assert (newest["before"], newest["after"]) == ({"state": "open"}, {"state": "missed"})


async def test_C12_after_a_week_of_downtime_several_clocks_miss_each_once_at_its_due_time(customers: Client) -> None:
    await known(customers, "asha", "ben", "carl")
    week = [datetime(2026, 1, 10, tzinfo=UTC) + number * DAY / 20 for number in range(140)]
    told_in_any_order = sorted(range(140), key=lambda number: number * 37 % 140)
    for number in told_in_any_order:
        path = f"/v1/customers/{('asha', 'ben', 'carl')[number % 3]}/commitments"
        await promise(customers, path, id=f"p{number}", due_at=shown(week[number]))
    assert await look(customers, clocks=4) == 140
    missed = [event for event in await told(customers) if event.type == "crm.commitment.missed.v1"]
    assert sorted(event.time for event in missed) == week, "each once, at its due time"
    assert await look(customers, clocks=2) == 0


async def test_C12_one_clock_alone_goes_in_the_order_of_due_times(customers: Client) -> None:
    await known(customers, "asha", "ben")
    for day in (9, 6, 8, 7):
        path = f"/v1/customers/{('asha', 'ben')[day % 2]}/commitments"
        await promise(customers, path, id=f"p{day}", due_at=f"2026-01-0{day}T10:00:00Z")
    assert await look(customers) == 4
    assert [event.subject for event in (await told(customers))[4:]] == ["p6", "p7", "p8", "p9"]


async def test_C12_a_clock_that_dies_leaves_it_due(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    engine = open_engine(customers.database_url)
    async with AsyncSession(engine) as session:
        assert await miss_due(Transaction(session, "/crm/customers", clock.now(), "clock")) == 1
        assert await look(customers) == 0, "somebody else has it"
        await session.rollback()
    await engine.dispose()
    assert await outcomes(customers) == [("made", MADE)]
    assert await look(customers) == 1


async def test_C12_the_clock_and_a_person_at_once(customers: Client) -> None:
    await known(customers)
    for number in range(10):
        await promise(customers, id=f"p{number}")
    meetings = (meet(customers, BETWEEN, path=f"{PATH}/p{number}") for number in range(10))
    _, answers = await asyncio.gather(look(customers, clocks=2), asyncio.gather(*meetings))
    await look(customers)
    for number, answer in enumerate(answers):
        assert answer.status_code in {200, 412}
        then = ["make", "meet"] if answer.status_code == 200 else ["make", "miss"]
        assert await verbs(customers, f"{PATH}/p{number}") == then
    assert len(await told(customers)) == 20


async def test_C12_history_told_late_is_made_and_missed_at_its_own_times(customers: Client) -> None:
    await known(customers)
    await promise(customers, occurred_at="2017-03-01T00:00:00Z", due_at="2017-03-08T00:00:00Z")
    await look(customers)
    assert await outcomes(customers) == [("made", "2017-03-01T00:00:00Z"), ("missed", "2017-03-08T00:00:00Z")]
