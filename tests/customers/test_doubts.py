"""C06: doubts and fears of a customer, raised and settled."""

import asyncio
from typing import Any

import pytest

from shared.events.visits import DoubtRaised, DoubtResolved
from tests.customers.prospects import known
from tests.customers.visits import bound, kinds
from tests.support.client import Client

PATH = "/v1/customers/asha/doubts"
WORDS = "whispered-fear"
NEW: dict[str, Any] = {
    "id": "d1",
    "topic": "price",
    "words": WORDS,
    "visit_id": "v1",
    "occurred_at": "2026-03-01T09:00:00Z",
    "simulated": True,
}
SETTLED: dict[str, Any] = {"outcome": "reassured", "words": "told-the-price", "occurred_at": "2026-03-02T09:00:00Z"}


async def doubting(customers: Client, **changes: Any) -> None:
    """A doubt that is open."""
    await customers.put("/v1/customers/asha", {"kind": "individual", "buying_type": "rational"})
    answer = await customers.post(PATH, NEW | changes)
    assert answer.status_code == 201, answer.text


async def everything(customers: Client) -> tuple[Any, ...]:
    """The doubt, its history and all events."""
    read, told = await customers.get(f"{PATH}/d1"), await customers.get(f"{PATH}/d1/history")
    return read.json(), told.json()["items"], await customers.outbox()


async def test_C06_every_field_comes_back(customers: Client) -> None:
    await known(customers)
    created = await customers.post(PATH, NEW)
    assert (created.status_code, created.headers["Location"]) == (201, f"{PATH}/d1")
    read = await customers.get(f"{PATH}/d1")
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    rest = {"customer_id": "asha", "resolved_at": None, "outcome": None, "answer": None, "version": 1}
    assert read.json() == NEW | rest | {"created_at": read.json()["created_at"]}
    assert (await customers.get(PATH)).json()["items"] == [read.json()]


async def test_C06_a_doubt_is_raised_and_resolved(customers: Client) -> None:
    await doubting(customers)
    resolved = await customers.post(f"{PATH}/d1/resolve", SETTLED, match='"1"')
    assert (resolved.status_code, resolved.headers["ETag"]) == (200, '"2"'), resolved.text
    shown = resolved.json()
    assert (shown["outcome"], shown["answer"], shown["words"]) == ("reassured", "told-the-price", WORDS)
    assert shown["resolved_at"] == SETTLED["occurred_at"]
    read, [settled, raised], [_, first, last] = await everything(customers)
    assert read == shown
    assert (settled["what"], settled["at"]) == ("resolve", SETTLED["occurred_at"])
    assert settled["before"] == {"resolved_at": None, "outcome": None, "answer": None}
    assert (raised["what"], raised["at"], raised["after"]["words"]) == ("raise", NEW["occurred_at"], WORDS)
    assert (first.data, last.data) == (DoubtRaised(topic="price"), DoubtResolved(outcome="reassured"))
    assert [event.time.isoformat() for event in (first, last)] == [
        "2026-03-01T09:00:00+00:00",
        "2026-03-02T09:00:00+00:00",
    ]
    assert {(event.partitionkey, event.subject) for event in (first, last)} == {("asha", "d1")}
    assert not [event for event in (first, last) if WORDS.encode() in event.to_json() or b"told" in event.to_json()]


async def test_C06_lists_of_open_and_of_resolved_doubts(customers: Client) -> None:
    await doubting(customers)
    for name in ("d2", "d3"):
        await customers.post(PATH, NEW | {"id": name})
    await customers.post(f"{PATH}/d2/resolve", SETTLED, match='"1"')
    await known(customers, "ben")
    await customers.post("/v1/customers/ben/doubts", NEW | {"id": "d4"})

    async def listed(query: str = "") -> list[str]:
        return [item["id"] for item in (await customers.get(f"{PATH}{query}")).json()["items"]]

    assert await listed() == ["d1", "d2", "d3"]
    assert await listed("?open=true") == ["d1", "d3"]
    assert await listed("?open=false") == ["d2"]
    assert await listed("?limit=1") == ["d1"]


@pytest.mark.parametrize(("match", "status"), [(None, 428), ('"2"', 412)])
async def test_C06_resolving_needs_the_version(customers: Client, match: str | None, status: int) -> None:
    await doubting(customers)
    before = await everything(customers)
    assert (await customers.post(f"{PATH}/d1/resolve", SETTLED, match=match)).status_code == status
    assert await everything(customers) == before


async def test_C06_refusals_name_their_rule_and_change_nothing(customers: Client) -> None:
    await doubting(customers)
    before = await everything(customers)
    early = SETTLED | {"occurred_at": "2026-03-01T08:59:59Z"}
    refused = await customers.post(f"{PATH}/d1/resolve", early, match='"1"')
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    assert "a doubt is not resolved before it is raised" in refused.json()["detail"]
    assert await everything(customers) == before
    await customers.post(f"{PATH}/d1/resolve", SETTLED, match='"1"')
    before = await everything(customers)
    refused = await customers.post(f"{PATH}/d1/resolve", SETTLED, match='"2"')
    assert (refused.status_code, "resolved already" in refused.json()["detail"]) == (409, True)
    assert await everything(customers) == before


async def test_C06_two_employees_resolve_one_doubt_at_once_and_one_wins(customers: Client) -> None:
    await doubting(customers)
    ends = (customers.post(f"{PATH}/d1/resolve", SETTLED, match='"1"') for _ in range(10))
    assert sorted(answer.status_code for answer in await asyncio.gather(*ends)) == [200] + [412] * 9
    assert kinds(await customers.outbox()).count("crm.doubt.resolved.v1") == 1


async def test_C06_the_same_doubt_told_again_counts_once(customers: Client) -> None:
    await known(customers)
    answers = await asyncio.gather(*(customers.post(PATH, NEW) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    other = await customers.post(PATH, NEW | {"topic": "quality"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    await known(customers, "ben")
    assert (await customers.post("/v1/customers/ben/doubts", NEW)).status_code == 409
    assert kinds(await customers.outbox()).count("crm.doubt.raised.v1") == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"topic": None}, "/topic"),
        ({"topic": "too dear"}, "/topic"),
        ({"words": ""}, "/words"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "/occurred_at"),
        ({"outcome": "reassured"}, "/outcome"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_C06_bad_input_is_refused(customers: Client, changes: dict[str, Any], pointer: str) -> None:
    await known(customers)
    answer = await customers.post(PATH, NEW | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await customers.get(PATH)).json()["items"] == []
    assert kinds(await customers.outbox()) == ["crm.customer.registered.v1"]


async def test_C06_of_nobody_and_of_another_nothing_is_found(customers: Client) -> None:
    assert (await customers.post(PATH, NEW)).status_code == 404
    await doubting(customers)
    await known(customers, "ben")
    bens = "/v1/customers/ben/doubts/d1"
    assert [(await customers.get(path)).status_code for path in (bens, f"{bens}/history", f"{PATH}/d9")] == [404] * 3
    assert (await customers.post(f"{bens}/resolve", SETTLED, match='"1"')).status_code == 404
    assert (await customers.get(f"{PATH}/d1")).json()["outcome"] is None


async def test_C06_any_stores_staff_hear_and_settle_a_doubt(customers: Client) -> None:
    await known(customers, home_store_id="330")
    bearer = bound(customers, "7")
    assert (await customers.post(PATH, NEW, bearer=bearer)).status_code == 201
    assert (
        await customers.post(f"{PATH}/d1/resolve", {"outcome": "left"}, match='"1"', bearer=bearer)
    ).status_code == 200
    assert (await customers.get(f"{PATH}/d1", bearer=bearer)).json()["outcome"] == "left"
