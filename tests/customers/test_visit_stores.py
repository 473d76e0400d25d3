"""L02 and W06: visits in bulk, and what a token bound to stores may do with them."""

import asyncio

import pytest

from tests.customers.visits import BEGUN, END, ENDED, STARTED, WHOLE, begin, bound, listed
from tests.support.client import Client


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
