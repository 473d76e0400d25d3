"""C09: gestures beyond the promise: by whom, why, at what cost."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared import clock
from shared.events import Money
from shared.events.visits import GestureMade
from tests.support.client import Client

SECRET = "her-daughter-was-ill"  # a code in its form, so that it would fit into any field of an event
PATH = "/v1/customers/ann/gestures"
WHOLE: dict[str, Any] = {
    "id": "g1",
    "kind": "social",
    "by": "emp-7",
    "why": SECRET,
    "cost_amount": "12.50",
    "currency": "USD",
    "store_id": "330",
    "occurred_at": "2026-01-05T10:00:00Z",
    "simulated": True,
}
LEAST = {"kind": "customization", "by": "emp-7", "why": SECRET}


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201
    return customers


async def told(client: Client) -> list[Any]:
    """What was told of gestures."""
    return [event for event in await client.outbox() if event.type == "crm.gesture.made.v1"]


async def listed(client: Client, query: str = "") -> list[str]:
    return [each["id"] for each in (await client.get(PATH + query)).json()["items"]]


async def test_C09_every_field_comes_back(ann: Client) -> None:
    made = await ann.post(PATH, WHOLE)
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, f"{PATH}/g1", '"1"'), made.text
    read = await ann.get(f"{PATH}/g1")
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"customer_id", "created_at", "version"}
    assert (await ann.get(PATH)).json()["items"] == [read.json()] == [made.json()]


async def test_C09_the_event_tells_whom_by_whom_and_the_cost(ann: Client) -> None:
    await ann.post(PATH, WHOLE)
    await ann.post(PATH, LEAST)
    first, bare = await told(ann)
    assert (first.subject, first.partitionkey, first.storeid) == ("g1", "ann", "330")
    assert first.time == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert first.data == GestureMade(kind="social", by="emp-7", cost=Money(amount=Decimal("12.50"), currency="USD"))
    assert (bare.data, bare.storeid) == (GestureMade(kind="customization", by="emp-7"), None)
    assert not [event for event in (first, bare) if SECRET.encode() in event.to_json()]


async def test_C09_without_a_moment_it_is_now(ann: Client) -> None:
    before = clock.now()
    made = await ann.post(PATH, LEAST)
    assert before <= datetime.fromisoformat(made.json()["occurred_at"]) <= clock.now()
    assert (await told(ann))[0].time == datetime.fromisoformat(made.json()["occurred_at"])


async def test_C09_the_history_tells_who_told_of_it(ann: Client) -> None:
    await ann.post(PATH, WHOLE, bearer=ann.issuer.token(sub="till-4"))
    [change] = (await ann.get(f"{PATH}/g1/history")).json()["items"]
    assert (change["what"], change["by"], change["at"], change["before"]) == (
        "make",
        "till-4",
        WHOLE["occurred_at"],
        None,
    )
    assert change["after"] == {name: value for name, value in WHOLE.items() if name != "id"}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "financial"}, "/kind"),
        ({"by": None}, "/by"),
        ({"by": "Eve Smith"}, "/by"),
        ({"why": ""}, "/why"),
        ({"cost_amount": "12.505"}, "/cost_amount"),
        ({"cost_amount": None}, "/cost_amount"),
        ({"currency": None}, "/cost_amount"),
        ({"currency": "XXZ"}, "/currency"),
        ({"cost_amount": "-1"}, "/cost_amount"),
        ({"cost_amount": 12.5}, "/cost_amount"),
        ({"occurred_at": "2026-01-05T10:00:00"}, "/occurred_at"),
        ({"occurred_at": "2199-01-05T10:00:00Z"}, "/occurred_at"),
        ({"mood": "good"}, "/mood"),
    ],
)
async def test_C09_bad_input_is_named_and_changes_nothing(ann: Client, change: dict[str, Any], pointer: str) -> None:
    refused = await ann.post(PATH, WHOLE | change)
    assert (refused.status_code, [error["pointer"] for error in refused.json()["errors"]]) == (422, [pointer])
    assert (await listed(ann), await told(ann)) == ([], [])


async def test_C09_an_amount_is_as_exact_as_its_currency(ann: Client) -> None:
    whole = await ann.post(PATH, WHOLE | {"cost_amount": "5", "currency": "JPY", "id": "yen"})
    padded = await ann.post(PATH, WHOLE | {"cost_amount": "5", "id": "usd"})
    assert (whole.json()["cost_amount"], padded.json()["cost_amount"]) == ("5", "5.00")
    again = await ann.post(PATH, WHOLE | {"cost_amount": "5.00", "id": "usd"})
    assert again.status_code == 200


async def test_C09_the_same_gesture_again_counts_once(ann: Client) -> None:
    first, again = await ann.post(PATH, WHOLE), await ann.post(PATH, WHOLE)
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    other = await ann.post(PATH, WHOLE | {"by": "emp-8"})
    elses = await ann.post(PATH.replace("ann", "ben"), WHOLE)
    assert [(each.status_code, each.json()["type"]) for each in (other, elses)] == [
        (409, "urn:elevenfold:problem:conflict")
    ] * 2
    assert ((await ann.get(f"{PATH}/g1")).json(), len(await told(ann))) == (first.json(), 1)
    assert len((await ann.get(f"{PATH}/g1/history")).json()["items"]) == 1


async def test_C09_the_same_gesture_at_once_counts_once(ann: Client) -> None:
    answers = await asyncio.gather(*(ann.post(PATH, WHOLE) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len(await told(ann)) == 1


async def test_C09_of_an_unknown_customer_and_of_another_one(ann: Client) -> None:
    assert (await ann.post(PATH.replace("ann", "nobody"), WHOLE)).status_code == 404
    assert await told(ann) == []
    await ann.post(PATH, WHOLE)
    for path in ("/v1/customers/ben/gestures/g1", "/v1/customers/ben/gestures/g1/history", f"{PATH}/g2"):
        assert (await ann.get(path)).status_code == 404


async def test_C09_staff_make_gestures_in_their_own_stores_and_read_all(ann: Client) -> None:
    own, other = ann.issuer.token(stores=("330",)), ann.issuer.token(stores=("331",))
    refused = await ann.post(PATH, WHOLE, bearer=other)
    assert (refused.status_code, await listed(ann), await told(ann)) == (403, [], [])
    assert (await ann.post(PATH, WHOLE, bearer=own)).status_code == 201
    assert (await ann.post(PATH, LEAST, bearer=other)).status_code == 201
    assert (await ann.get(f"{PATH}/g1", bearer=other)).status_code == 200


async def test_C09_a_list_in_order_narrowed_and_page_by_page(ann: Client) -> None:
    for name, change in (("a", {}), ("b", {"kind": "customization"}), ("c", {"by": "emp-8"}), ("d", {"store_id": "1"})):
        assert (await ann.post(PATH, WHOLE | {"id": name} | change)).status_code == 201
    assert await listed(ann) == ["a", "b", "c", "d"]
    assert await listed(ann, "?kind=customization") == ["b"]
    assert await listed(ann, "?by=emp-8") == ["c"]
    assert await listed(ann, "?store_id=1") == ["d"]
    page = (await ann.get(f"{PATH}?limit=3")).json()
    assert await listed(ann, f"?limit=3&cursor={page['next']}") == ["d"]
    assert (await ann.get(PATH.replace("ann", "ben"))).json() == {"items": [], "next": None}
