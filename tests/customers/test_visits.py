"""The life of a visit, the same visit told again, and tokens that are bound to stores."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.events import Event
from shared.events.visits import VisitEnded, VisitStarted
from tests.support.client import Client

START, END = "2026-01-05T10:00:00Z", "2026-01-05T10:30:00Z"
STARTED, ENDED = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
SECRET = "whispered-by-the-till"  # a code in its form, so that it would fit into any field of an event
WHOLE: dict[str, Any] = {
    "id": "v1",
    "customer_id": "asha",
    "store_id": "330",
    "channel": "store",
    "started_at": START,
    "ended_at": END,
    "purpose": "browse",
    "welcomed_by": "e7",
    "seconds_to_welcome": 45,
    "served_by": "e9",
    "converted": True,
    "two_way": False,
    "outcome": "bought",
    "note": SECRET,
    "simulated": True,
}
BEGUN = {name: WHOLE[name] for name in ("id", "customer_id", "store_id", "channel", "started_at", "purpose", "note")}


def bound(customers: Client, *stores: str) -> str:
    """A token bound to these stores."""
    return customers.issuer.token(stores=stores)


async def begin(customers: Client, **changes: Any) -> None:
    """A visit that was not there before."""
    answer = await customers.post("/v1/visits", BEGUN | changes)
    assert answer.status_code == 201, answer.text


async def listed(customers: Client, query: str = "", **options: Any) -> list[str]:
    """The ids of the visits that a caller is shown."""
    return [visit["id"] for visit in (await customers.get(f"/v1/visits{query}", **options)).json()["items"]]


def kinds(events: list[Event]) -> list[str]:
    """The types of these events."""
    return [event.type for event in events]


async def test_C07_every_field_comes_back(customers: Client) -> None:
    created = await customers.post("/v1/visits", WHOLE)
    assert (created.status_code, created.headers["Location"]) == (201, "/v1/visits/v1"), created.text
    read = await customers.get("/v1/visits/v1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"created_at", "version"}
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
    await begin(customers)
    before = clock.now()
    ended = await customers.post("/v1/visits/v1/end", {}, match='"1"')
    moment = datetime.fromisoformat(ended.json()["ended_at"])
    assert before <= moment <= clock.now()
    assert (await customers.outbox())[-1].time == moment


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


async def test_L02_import_verdicts_and_events(customers: Client) -> None:
    lines = [WHOLE, WHOLE, WHOLE | {"note": "other"}, BEGUN | {"id": "v2"}, WHOLE | {"id": "v3", "channel": None}]
    *verdicts, counts = await customers.stream("/v1/imports/visits", lines)
    assert [verdict["status"] for verdict in verdicts] == ["accepted", "duplicate", "rejected", "accepted", "rejected"]
    assert [verdict["line"] for verdict in verdicts] == [1, 2, 3, 4, 5]
    assert [verdicts[n]["problem"]["errors"][0]["pointer"] for n in (2, 4)] == ["/id", "/channel"]
    assert counts == {"accepted": 2, "duplicate": 1, "rejected": 2}
    read = (await customers.get("/v1/visits/v1")).json()
    assert {name: read[name] for name in WHOLE} == WHOLE
    told = sorted((e.subject, e.time, e.type, e.partitionkey, e.storeid) for e in await customers.outbox())
    assert told == [
        ("v1", STARTED, "crm.visit.started.v1", "asha", "330"),
        ("v1", ENDED, "crm.visit.ended.v1", "asha", "330"),
        ("v2", STARTED, "crm.visit.started.v1", "asha", "330"),
    ]
    again = await customers.stream("/v1/imports/visits", lines)
    assert again[-1] == {"accepted": 0, "duplicate": 3, "rejected": 2}
    assert len(await customers.outbox()) == 3


async def test_L02_what_was_told_singly_is_a_duplicate_in_an_import(customers: Client) -> None:
    await begin(customers)
    [verdict, _] = await customers.stream("/v1/imports/visits", [BEGUN])
    assert verdict == {"line": 1, "status": "duplicate", "id": "v1"}
    assert len(await customers.outbox()) == 1


async def test_L02_the_same_import_at_once_counts_once(customers: Client) -> None:
    lines = [BEGUN | {"id": f"v{n}"} for n in range(50)]
    imports = (customers.stream("/v1/imports/visits", lines[::step]) for step in [1, -1] * 5)
    closing = [answer[-1] for answer in await asyncio.gather(*imports)]
    assert sum(counts["accepted"] for counts in closing) == 50
    assert sum(counts["duplicate"] for counts in closing) == 450
    assert len(await customers.outbox()) == 50


async def test_W06_a_bound_token_lists_its_own_stores_only(customers: Client) -> None:
    for visit, store in (("v1", "330"), ("v2", "331"), ("v3", "332"), ("v4", None)):
        await begin(customers, id=visit, store_id=store)
    assert await listed(customers, bearer=bound(customers, "330")) == ["v1"]
    assert await listed(customers, bearer=bound(customers, "330", "332")) == ["v1", "v3"]
    assert await listed(customers, "?customer_id=asha", bearer=bound(customers, "331")) == ["v2"]
    assert await listed(customers, bearer=bound(customers, "999")) == []
    assert await listed(customers) == ["v1", "v2", "v3", "v4"]


@pytest.mark.parametrize("store", ["331", None])
async def test_W06_another_stores_visit_is_hidden(customers: Client, store: str | None) -> None:
    await begin(customers, store_id=store)
    bearer = bound(customers, "330")
    assert (await customers.get("/v1/visits/v1", bearer=bearer)).status_code == 404
    for match in (None, '"1"', '"9"'):
        ended = await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match=match, bearer=bearer)
        assert ended.status_code == 404
    assert (await customers.get("/v1/visits/v1")).json()["ended_at"] is None
    assert len(await customers.outbox()) == 1


@pytest.mark.parametrize("store", ["331", None])
async def test_W06_a_bound_token_starts_no_visit_elsewhere(customers: Client, store: str | None) -> None:
    refused = await customers.post("/v1/visits", BEGUN | {"store_id": store}, bearer=bound(customers, "330"))
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:elevenfold:problem:forbidden")
    assert (await listed(customers), await customers.outbox()) == ([], [])


async def test_W06_a_bound_token_works_in_its_own_store(customers: Client) -> None:
    bearer = bound(customers, "330")
    assert (await customers.post("/v1/visits", BEGUN, bearer=bearer)).status_code == 201
    assert (await customers.get("/v1/visits/v1", bearer=bearer)).status_code == 200
    ended = await customers.post("/v1/visits/v1/end", {"occurred_at": END}, match='"1"', bearer=bearer)
    assert ended.status_code == 200


async def test_W06_a_bound_token_imports_for_its_own_store_only(customers: Client) -> None:
    stores = ("331", "330", None, "330")
    lines = [BEGUN | {"id": f"v{n}", "store_id": store} for n, store in enumerate(stores, 1)]
    *verdicts, counts = await customers.stream("/v1/imports/visits", lines, bearer=bound(customers, "330"))
    assert [(v["line"], v["status"]) for v in verdicts] == [
        (1, "rejected"),
        (2, "accepted"),
        (3, "rejected"),
        (4, "accepted"),
    ]
    assert counts == {"accepted": 2, "duplicate": 0, "rejected": 2}
    assert verdicts[0]["problem"]["type"] == "urn:elevenfold:problem:forbidden"
    assert verdicts[0]["problem"]["errors"][0]["pointer"] == "/store_id"
    assert await listed(customers) == ["v2", "v4"]
    assert {event.storeid for event in await customers.outbox()} == {"330"}
