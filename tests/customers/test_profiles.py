"""C01: customers, put under an id of the caller's choice."""

import pytest

from shared.events.customers import CustomerChanged, CustomerRegistered
from tests.support.client import Client
from tests.support.told import BEFORE

ASHA = {"kind": "individual", "name": "Asha Rao", "home_store_id": "330"}


async def test_C01_put_creates_once(customers: Client) -> None:
    first = await customers.put("/v1/customers/asha", ASHA)
    again = await customers.put("/v1/customers/asha", ASHA)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["ETag"] == '"1"'
    assert first.headers["Location"] == "/v1/customers/asha"
    [event] = await customers.outbox()
    assert isinstance(event.data, CustomerRegistered)
    assert (event.partitionkey, event.subject, event.storeid) == ("asha", "asha", "330")


async def test_C01_a_change_needs_the_version_it_was_made_on(customers: Client) -> None:
    await customers.put("/v1/customers/asha", ASHA)
    renamed = ASHA | {"name": "Asha R. Rao"}
    assert (await customers.put("/v1/customers/asha", renamed)).status_code == 428
    assert (await customers.put("/v1/customers/asha", renamed, match='"7"')).status_code == 412
    changed = await customers.put("/v1/customers/asha", renamed, match='"1"')
    assert (changed.status_code, changed.json()["name"], changed.headers["ETag"]) == (200, "Asha R. Rao", '"2"')
    told = [event.type for event in await customers.outbox()]
    assert told == [CustomerRegistered.TYPE, CustomerChanged.TYPE]


async def test_C01_patch_changes_only_what_is_sent(customers: Client) -> None:
    await customers.put("/v1/customers/asha", ASHA)
    patched = await customers.call("PATCH", "/v1/customers/asha", {"region": "south"}, match='"1"')
    assert patched.status_code == 200
    assert (patched.json()["region"], patched.json()["name"]) == ("south", "Asha Rao")


async def test_C01_found_by_an_external_id(customers: Client) -> None:
    till = {"system": "till", "value": "208"}
    await customers.put("/v1/customers/asha", ASHA | {"external_ids": [till]})
    await customers.put("/v1/customers/ben", ASHA | {"name": "Ben"})
    found = (await customers.get("/v1/customers?external_id=till:208")).json()
    assert [customer["id"] for customer in found["items"]] == ["asha"]
    taken = await customers.put("/v1/customers/cleo", ASHA | {"external_ids": [till]})
    assert taken.status_code == 409
    assert taken.json()["errors"][0]["pointer"] == "/external_ids"


async def test_C01_no_personal_data_leaves_the_service(customers: Client) -> None:
    told = ASHA | {"email": "asha@example.com", "phone": "+91 98 7654 3210", "address": "12 Mint Street"}
    await customers.put("/v1/customers/asha", told)
    [event] = await customers.outbox()
    raw = event.to_json().decode()
    assert not [value for value in ("Asha", "example.com", "7654", "Mint") if value in raw]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "robot"),
        ("name", ""),
        ("name", "a\x00b"),
        ("email", "nobody"),
        ("birth_date", 19700101),
        ("registered_at", "2017-01-01T00:00:00"),
        *[("registered_at", time) for time in BEFORE],
        ("simulated", "yes"),
        ("surprise", 1),
    ],
)
async def test_C01_bad_input_points_at_the_field_and_changes_nothing(
    customers: Client, field: str, value: object
) -> None:
    answer = await customers.put("/v1/customers/asha", ASHA | {field: value})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert (await customers.get("/v1/customers/asha")).status_code == 404
    assert await customers.outbox() == []


async def test_C01_pages_show_each_customer_once_while_others_come(customers: Client) -> None:
    for name in ("b", "d", "f"):
        await customers.put(f"/v1/customers/{name}", ASHA)
    first = (await customers.get("/v1/customers?limit=2")).json()
    await customers.put("/v1/customers/a", ASHA)
    second = (await customers.get(f"/v1/customers?limit=2&cursor={first['next']}")).json()
    assert [c["id"] for c in first["items"] + second["items"]] == ["b", "d", "f"]
    assert second["next"] is None
