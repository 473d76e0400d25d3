"""C01: customers, put under an id of the caller's choice."""

import asyncio
from typing import Any

import pytest

from shared.events.customers import CustomerChanged, CustomerRegistered
from tests.customers.visits import bound
from tests.support.client import Client
from tests.support.told import BEFORE

OFFICE = {"kind": "phone", "value": "+91 22 1234 5678", "label": "office"}
SISTER = {"kind": "other", "value": "ask for Meera at the tea stall", "label": None}
WORK = {"kind": "email", "value": "asha@work.example.com", "label": None}
ASHA: dict[str, Any] = {"kind": "individual", "name": "Asha Rao", "home_store_id": "330"}


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
        ("external_ids", [{"system": "till", "value": "1"}] * 2),
        ("contact_points", [WORK, WORK | {"label": "again"}]),
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


@pytest.mark.parametrize(
    ("point", "pointer"),
    [
        ({"kind": "email", "value": "nobody"}, "/contact_points/0/value"),
        ({"kind": "phone", "value": "call me"}, "/contact_points/0/value"),
        ({"kind": "pigeon", "value": "coo"}, "/contact_points/0/kind"),
        (OFFICE | {"label": ""}, "/contact_points/0/label"),
    ],
    ids=["email", "phone", "kind", "label"],
)
async def test_C01_a_contact_point_is_of_its_kind(customers: Client, point: dict[str, str], pointer: str) -> None:
    answer = await customers.put("/v1/customers/asha", ASHA | {"contact_points": [point]})
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert point["value"] not in answer.text
    assert (await customers.get("/v1/customers/asha")).status_code == 404


async def test_C01_several_contact_points_are_kept_beside_the_preferred_ones(customers: Client) -> None:
    told = ASHA | {"phone": "022 8765 4321", "contact_points": [SISTER, OFFICE, WORK]}
    made = await customers.put("/v1/customers/asha", told)
    assert made.json()["contact_points"] == [WORK, SISTER, OFFICE]
    again = await customers.put("/v1/customers/asha", told | {"contact_points": [OFFICE, WORK, SISTER]})
    assert (again.status_code, again.json()) == (200, made.json())
    changed = await customers.call("PATCH", "/v1/customers/asha", {"contact_points": [OFFICE]}, match='"1"')
    assert (changed.json()["contact_points"], changed.json()["phone"]) == ([OFFICE], "022 8765 4321")
    [change, _] = (await customers.get("/v1/customers/asha/history")).json()["items"]
    assert change["before"] == {"contact_points": [WORK, SISTER, OFFICE]}
    assert change["after"] == {"contact_points": [OFFICE]}
    assert len(await customers.outbox()) == 2


async def test_C01_an_organization_has_contacts_and_an_economic_context(customers: Client) -> None:
    acme = {"kind": "organization", "name": "Acme", "region": "south", "sector": "retail", "contact_points": [WORK]}
    answer = await customers.put("/v1/customers/acme", acme)
    assert {name: answer.json()[name] for name in acme} == acme
    [event] = await customers.outbox()
    assert isinstance(event.data, CustomerRegistered)
    assert (event.data.kind, event.data.region, event.data.sector) == ("organization", "south", "retail")
    assert "work.example.com" not in event.to_json().decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=organization", ["acme"]),
        ("region=south", ["acme", "ben"]),
        ("sector=retail", ["acme"]),
        ("home_store_id=330", ["asha"]),
        ("region=south&kind=individual", ["ben"]),
        ("region=west", []),
    ],
)
async def test_C01_lists_are_narrowed_by_fields(customers: Client, query: str, found: list[str]) -> None:
    await customers.put("/v1/customers/asha", ASHA)
    await customers.put("/v1/customers/ben", {"kind": "individual", "region": "south"})
    await customers.put("/v1/customers/acme", {"kind": "organization", "region": "south", "sector": "retail"})
    items = (await customers.get(f"/v1/customers?{query}")).json()["items"]
    assert [item["id"] for item in items] == found


async def test_C01_a_bound_token_lists_its_own_and_finds_a_visitor(customers: Client) -> None:
    till = {"system": "till", "value": "208"}
    await customers.put("/v1/customers/asha", ASHA)
    await customers.put("/v1/customers/ben", {"kind": "individual", "home_store_id": "7", "external_ids": [till]})
    bearer = bound(customers, "330")
    found = []
    for query in ("", "?home_store_id=7", "?external_id=till:208"):
        items = (await customers.get(f"/v1/customers{query}", bearer=bearer)).json()["items"]
        found.append([item["id"] for item in items])
    assert found == [["asha"], [], ["ben"]]


async def test_C10_an_erased_id_is_gone_for_good(customers: Client) -> None:
    await customers.put("/v1/customers/asha", ASHA)
    assert (await customers.call("DELETE", "/v1/customers/asha/personal-data")).status_code == 202
    before = len(await customers.outbox())
    answers = [
        await customers.put("/v1/customers/asha", ASHA),
        await customers.post("/v1/customers", ASHA | {"id": "asha"}),
        await customers.call("PATCH", "/v1/customers/asha", {"region": "south"}, match='"1"'),
        await customers.get("/v1/customers/asha"),
    ]
    assert [answer.status_code for answer in answers] == [410] * 4
    assert len(await customers.outbox()) == before


async def test_C01_told_by_two_at_the_same_moment_it_is_there_once(customers: Client) -> None:
    answers = await asyncio.gather(*(customers.put("/v1/customers/asha", ASHA) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len(await customers.outbox()) == 1
