"""The same thing told twice, at once, or with all its fields."""

import asyncio

from shared.events import Event
from tests.support.client import Client

WHOLE = {
    "kind": "individual",
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+91 98 7654 3210",
    "birth_date": "1990-05-05",
    "address": "12 Mint Street",
    "buying_type": "rational",
    "lifestyle": "cook",
    "region": "south",
    "sector": None,
    "home_store_id": "330",
    "registered_at": "2016-11-01T00:00:00Z",
    "simulated": True,
    "external_ids": [{"system": "till", "value": "208"}],
}


async def test_C01_every_field_comes_back(customers: Client) -> None:
    created = await customers.put("/v1/customers/asha", WHOLE)
    assert created.status_code == 201, created.text
    read = (await customers.get("/v1/customers/asha")).json()
    assert {name: read[name] for name in WHOLE} == WHOLE
    [listed] = (await customers.get("/v1/customers")).json()["items"]
    assert listed == read


async def test_C01_the_same_customer_created_at_once_is_created_once(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.post("/v1/customers", WHOLE | {"id": "asha"}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len(await customers.outbox()) == 1


async def test_C01_one_external_id_twice_in_a_request(customers: Client) -> None:
    answer = await customers.put("/v1/customers/asha", WHOLE | {"external_ids": WHOLE["external_ids"] * 2})  # type: ignore[operator]
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/external_ids")


async def test_C01_pages_link_to_the_next(customers: Client) -> None:
    for name in ("a", "b", "c"):
        await customers.put(f"/v1/customers/{name}", {"kind": "individual"})
    first = await customers.get("/v1/customers?limit=2")
    target = first.headers["Link"].removeprefix("<").partition(">")[0]
    second = await customers.get(target)
    assert [c["id"] for c in second.json()["items"]] == ["c"]
    assert "Link" not in second.headers


async def test_W06_a_store_lists_its_own_customers_and_finds_visitors(customers: Client) -> None:
    await customers.put("/v1/customers/own", WHOLE)
    other = {"system": "till", "value": "7"}
    await customers.put("/v1/customers/visitor", WHOLE | {"home_store_id": "999", "external_ids": [other]})
    bound = customers.issuer.token(stores=["330"])
    listed = (await customers.get("/v1/customers", bearer=bound)).json()["items"]
    found = (await customers.get("/v1/customers?external_id=till:7", bearer=bound)).json()["items"]
    assert ([c["id"] for c in listed], [c["id"] for c in found]) == (["own"], ["visitor"])
    assert (await customers.get("/v1/customers/visitor", bearer=bound)).status_code == 200


async def test_S04_an_exit_told_twice_counts_once(customers: Client) -> None:
    for name in ("ann", "ben"):
        await customers.put(f"/v1/customers/{name}", {"kind": "individual"})
    told = {"id": "x1", "reason": "price", "occurred_at": "2026-01-01T00:00:00Z"}
    first = await customers.post("/v1/customers/ann/exits", told)
    again = await customers.post("/v1/customers/ann/exits", told)
    other = await customers.post("/v1/customers/ann/exits", told | {"reason": "product"})
    elsewhere = await asyncio.gather(*(customers.post("/v1/customers/ben/exits", told) for _ in range(10)))
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert {answer.status_code for answer in elsewhere} == {409}
    assert (await customers.get(first.headers["Location"])).json() == first.json()
    assert (await customers.get("/v1/customers/ben/exits/x1")).status_code == 404


async def consents(customers: Client) -> list[Event]:
    """What was told of consents."""
    return [event for event in await customers.outbox() if "consent" in event.type]


async def test_C10_a_withdrawal_never_lies_before_its_grant(customers: Client) -> None:
    await customers.put("/v1/customers/ann", {"kind": "individual"})
    path = "/v1/customers/ann/consents/marketing/mail"
    await customers.put(path, {"granted_at": "2026-01-01T00:00:00Z", "source": "form"})
    early = await customers.call("DELETE", path, {"occurred_at": "2025-12-31T00:00:00Z"})
    assert early.status_code == 409
    done = await customers.call("DELETE", path, {"occurred_at": "2026-02-01T00:00:00Z"})
    assert done.json()["withdrawn_at"] == "2026-02-01T00:00:00Z"
    granted, withdrawn = await consents(customers)
    assert granted.time < withdrawn.time
    again = await customers.put(path, {"granted_at": "2026-03-01T00:00:00Z", "source": "form"}, match='"2"')
    assert (again.status_code, again.json()["withdrawn_at"]) == (200, None)
    assert (await customers.call("DELETE", path)).status_code == 200
