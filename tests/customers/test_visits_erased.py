"""C10: nothing more is written of a customer's visits, touchpoints and conversations once they are erased."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.customers.visits import BEGUN, END, begin, erase, history, listed
from tests.support.client import Client

GONE = "urn:elevenfold:problem:gone"
MET: dict[str, Any] = {"id": "t1", "customer_id": "asha", "channel": "phone", "occurred_at": "2026-01-05T10:00:00Z"}
SAID: dict[str, Any] = {"named": "need", "topic": "boots", "response": "open", "occurred_at": END}


@pytest.fixture
async def erased(customers: Client) -> AsyncIterator[Client]:
    """Asha came, met us elsewhere and was erased; her rows are still there, as an erasure that runs leaves them."""
    await begin(customers)
    await customers.post("/v1/touchpoints", MET)
    told = len(await customers.outbox())
    await erase(customers, "asha")
    yield customers
    assert len(await customers.outbox()) == told


async def test_C10_an_erased_customer_starts_no_visit(erased: Client) -> None:
    refused = await erased.post("/v1/visits", BEGUN | {"id": "v2"})
    assert (refused.status_code, refused.json()["type"]) == (410, GONE)
    assert await listed(erased) == ["v1"]


@pytest.mark.parametrize(
    ("path", "body", "match"),
    [
        ("/v1/visits/v1/end", {"occurred_at": END}, '"1"'),
        ("/v1/visits/v1/conversations", SAID, None),
        ("/v1/touchpoints", MET | {"id": "t2"}, None),
        ("/v1/touchpoints/t1/conclude", {"outcome": "helped"}, '"1"'),
        ("/v1/touchpoints/t1/conversations", SAID, None),
    ],
    ids=["end", "talk", "touch", "conclude", "talk elsewhere"],
)
async def test_C10_of_an_erased_customer_nothing_is_told(
    erased: Client, path: str, body: dict[str, Any], match: str | None
) -> None:
    refused = await erased.post(path, body, match=match)
    assert (refused.status_code, refused.json()["type"]) == (410, GONE)
    for entity, changes in (("/v1/visits/v1", 0), ("/v1/touchpoints/t1", 1)):
        assert (await erased.get(entity)).json()["version"] == 1
        assert len(await history(erased, entity)) == changes
    assert (await erased.get("/v1/touchpoints/t2")).status_code == 404


async def test_C10_an_import_leaves_out_who_is_erased(erased: Client) -> None:
    lines = [BEGUN | {"id": "v2"}, BEGUN | {"id": "v3", "customer_id": "ben", "note": None}]
    first, second, counts = await erased.stream("/v1/imports/visits", [lines[0], BEGUN | {"note": "other"}])
    for verdict in (first, second):
        assert (verdict["status"], verdict["problem"]["type"]) == ("rejected", GONE)
        assert [error["pointer"] for error in verdict["problem"]["errors"]] == ["/customer_id"]
    assert counts == {"accepted": 0, "duplicate": 0, "rejected": 2}
    assert await listed(erased) == ["v1"]


async def test_C10_who_is_not_erased_is_taken_in_beside(customers: Client) -> None:
    await erase(customers, "asha")
    lines = [BEGUN, BEGUN | {"id": "v2", "customer_id": "ben"}]
    *verdicts, counts = await customers.stream("/v1/imports/visits", lines)
    assert [verdict["status"] for verdict in verdicts] == ["rejected", "accepted"]
    assert counts == {"accepted": 1, "duplicate": 0, "rejected": 1}
    assert [event.partitionkey for event in await customers.outbox()] == ["ben"]
