"""C07: the life of a visit, and the same visit told again."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared import clock
from shared.events.visits import VisitEnded, VisitStarted
from tests.customers.visits import (
    BEGUN,
    END,
    ENDED,
    SECRET,
    START,
    STARTED,
    WHOLE,
    at_noon,
    begin,
    keep_store,
    kinds,
    listed,
)
from tests.support.client import Client
from tests.support.told import BEFORE


async def test_C07_every_field_comes_back(customers: Client) -> None:
    created = await customers.post("/v1/visits", WHOLE)
    assert (created.status_code, created.headers["Location"]) == (201, "/v1/visits/v1"), created.text
    read = await customers.get("/v1/visits/v1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"closes_at", "created_at", "version"}
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    [shown] = (await customers.get("/v1/visits")).json()["items"]
    assert shown == read.json()


async def test_C07_a_visit_starts_and_ends(customers: Client) -> None:
    started = await customers.post("/v1/visits", BEGUN)
    assert (started.status_code, started.json()["ended_at"], started.headers["ETag"]) == (201, None, '"1"')
    told = {"occurred_at": END, "outcome": "bought", "converted": True, "two_way": False, "served_by": "e9"}
    ended = await customers.post("/v1/visits/v1/end", told, match='"1"')
    assert (ended.status_code, ended.headers["ETag"]) == (200, '"2"'), ended.text
    changed = {"ended_at": END, "version": 2} | {name: told[name] for name in told if name != "occurred_at"}
    assert ended.json() == started.json() | changed
    assert (await customers.get("/v1/visits/v1")).json() == ended.json()


async def test_C07_both_events_say_when_who_and_where(customers: Client) -> None:
    await begin(customers, welcomed_by="e7", seconds_to_welcome=45)
    told = {"occurred_at": END, "outcome": "bought", "converted": True, "two_way": False, "served_by": "e9"}
    await customers.post("/v1/visits/v1/end", told, match='"1"')
    first, last = await customers.outbox()
    assert kinds([first, last]) == ["crm.visit.started.v1", "crm.visit.ended.v1"]
    assert (first.time, last.time) == (STARTED, ENDED)
    for event in (first, last):
        assert (event.subject, event.partitionkey, event.storeid) == ("v1", "asha", "330")
    assert first.data == VisitStarted(channel="store", purpose="browse", welcomed_by="e7", seconds_to_welcome=45)
    assert last.data == VisitEnded(
        channel="store", purpose="browse", outcome="bought", converted=True, two_way=False, served_by="e9"
    )


async def test_C07_a_visit_told_when_it_is_over_tells_both_events(customers: Client) -> None:
    await customers.post("/v1/visits", WHOLE)
    first, last = await customers.outbox()
    assert kinds([first, last]) == ["crm.visit.started.v1", "crm.visit.ended.v1"]
    assert [(e.time, e.subject, e.partitionkey, e.storeid) for e in (first, last)] == [
        (STARTED, "v1", "asha", "330"),
        (ENDED, "v1", "asha", "330"),
    ]


async def test_C07_an_end_without_a_moment_is_now(customers: Client) -> None:
    before = clock.now()
    await keep_store(customers, "330", at_noon(before))
    await begin(customers, started_at=before.isoformat())
    ended = await customers.post("/v1/visits/v1/end", {}, match='"1"')
    moment = datetime.fromisoformat(ended.json()["ended_at"])
    assert before <= moment <= clock.now()
    assert (await customers.outbox())[-1].time == moment


async def test_C07_a_visit_of_a_clock_ahead_of_ours_ends_when_it_began_at_the_earliest(customers: Client) -> None:
    started = (clock.now() + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")
    await begin(customers, store_id=None, started_at=started)
    ended = await customers.post("/v1/visits/v1/end", {}, match='"1"')
    assert (ended.status_code, ended.json().get("ended_at")) == (200, started)


async def test_C07_what_was_two_way_stays_so(customers: Client) -> None:
    await begin(customers, two_way=True)
    ended = await customers.post("/v1/visits/v1/end", {"occurred_at": END, "two_way": False}, match='"1"')
    assert (ended.status_code, ended.json()["two_way"]) == (200, True)
    told = (await customers.outbox())[-1].data
    assert isinstance(told, VisitEnded)
    assert told.two_way is True


async def test_C07_an_end_leaves_what_it_does_not_tell(customers: Client) -> None:
    await begin(customers, converted=False, served_by="e9", outcome="looked")
    ended = (await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"1"')).json()
    assert (ended["converted"], ended["served_by"], ended["outcome"]) == (False, "e9", "looked")


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412), ('W/"1"', 412)])
async def test_C07_an_end_needs_the_version(customers: Client, match: str | None, status: int) -> None:
    await begin(customers)
    refused = await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match=match)
    assert refused.status_code == status
    assert (await customers.get("/v1/visits/v1")).json()["ended_at"] is None
    assert len(await customers.outbox()) == 1


async def test_C07_a_visit_ends_once(customers: Client) -> None:
    await begin(customers)
    assert (await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"1"')).status_code == 200
    again = await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"2"')
    assert (again.status_code, again.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert (await customers.get("/v1/visits/v1")).json()["version"] == 2
    assert len(await customers.outbox()) == 2


async def test_C07_ended_at_once_it_ends_once(customers: Client) -> None:
    await begin(customers)
    ends = (customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"1"') for _ in range(20))
    assert sorted(answer.status_code for answer in await asyncio.gather(*ends)) == [200] + [412] * 19
    assert kinds(await customers.outbox()).count("crm.visit.ended.v1") == 1


async def test_C07_a_visit_never_ends_before_it_starts(customers: Client) -> None:
    early = "2026-01-05T09:59:59Z"
    whole = await customers.post("/v1/visits", WHOLE | {"ended_at": early})
    assert whole.status_code == 422
    await begin(customers)
    refused = await customers.post("/v1/visits/v1/end", {"occurred_at": early}, match='"1"')
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert (await customers.get("/v1/visits/v1")).json()["ended_at"] is None
    assert len(await customers.outbox()) == 1
    at_once = await customers.post("/v1/visits/v1/end", {"occurred_at": START}, match='"1"')
    assert at_once.status_code == 200


@pytest.mark.parametrize("time", BEFORE)
async def test_C07_a_visit_of_a_year_that_no_event_can_tell_is_refused(customers: Client, time: str) -> None:
    answer = await customers.post("/v1/visits", BEGUN | {"started_at": time})
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, ["/started_at"])
    assert await customers.outbox() == []


async def test_C07_an_unknown_visit(customers: Client) -> None:
    assert (await customers.get("/v1/visits/nobody")).status_code == 404
    assert (await customers.post("/v1/visits/nobody/end", {}, match='"1"')).status_code == 404


async def test_C07_the_same_visit_again_counts_once(customers: Client) -> None:
    first = await customers.post("/v1/visits", BEGUN)
    again = await customers.post("/v1/visits", BEGUN)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    elsewhere = await customers.post("/v1/visits", BEGUN | {"started_at": "2026-01-05T11:00:00+01:00"})
    assert elsewhere.status_code == 200
    assert len(await customers.outbox()) == 1


@pytest.mark.parametrize("name", sorted(set(WHOLE) - {"id"}))
async def test_C07_the_same_id_with_other_content(customers: Client, name: str) -> None:
    other: dict[str, Any] = {
        "started_at": "2026-01-05T10:00:01Z",
        "ended_at": "2026-01-05T10:30:01Z",
        "seconds_to_welcome": 46,
        "converted": False,
        "two_way": True,
        "simulated": False,
    }
    first = await customers.post("/v1/visits", WHOLE)
    refused = await customers.post("/v1/visits", WHOLE | {name: other.get(name, "other")})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert (await customers.get("/v1/visits/v1")).json() == first.json()
    assert len(await customers.outbox()) == 2


async def test_C07_a_start_told_again_after_the_end_changes_nothing(customers: Client) -> None:
    await begin(customers)
    ended = await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"1"')
    again = await customers.post("/v1/visits", BEGUN)
    assert (again.status_code, again.json()) == (200, ended.json())
    assert len(await customers.outbox()) == 2


async def test_C07_the_same_visit_at_once_counts_once(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.post("/v1/visits", BEGUN) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert kinds(await customers.outbox()) == ["crm.visit.started.v1"]


async def test_C07_visits_without_an_id_are_visits_of_their_own(customers: Client) -> None:
    nameless = {name: value for name, value in BEGUN.items() if name != "id"}
    ids = {(await customers.post("/v1/visits", nameless)).json()["id"] for _ in range(2)}
    assert len(ids) == 2
    assert [event.subject for event in await customers.outbox()] == await listed(customers)


async def test_C07_visits_of_one_customer(customers: Client) -> None:
    await begin(customers, id="v1")
    await begin(customers, id="v2", customer_id="ben")
    assert await listed(customers, "?customer_id=ben") == ["v2"]


async def test_C07_a_note_is_in_no_event(customers: Client) -> None:
    await customers.post("/v1/visits", WHOLE)
    await begin(customers, id="v2")
    await customers.post("/v1/visits/v2/end", {"occurred_at": END}, match='"1"')
    await customers.stream("/v1/imports/visits", [WHOLE | {"id": "v3"}])
    events = await customers.outbox()
    assert len(events) == 6
    assert not [event for event in events if SECRET.encode() in event.to_json()]
