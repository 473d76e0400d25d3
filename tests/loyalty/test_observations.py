"""L09: what was observed of competitors, of a customer or by a store."""

from typing import Any

import pytest

from services.loyalty.workers import working
from shared.events import Event, Money
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.loyalty import CompetitorObserved
from tests.loyalty.bills import pointers, rows
from tests.loyalty.test_competitors import RIVAL, TOLD
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import NOON, told

PATH = "/v1/competitor-observations"
SEEN: dict[str, Any] = {
    "id": "ob1",
    "customer_id": "asha",
    "store_id": "330",
    "competitor_id": "rival",
    "kind": "price",
    "category": "GROCERY",
    "product_id": "1",
    "price": "4.50",
    "currency": "USD",
    "source": "customer",
    "note": "says Asha of Pier Road",
    "occurred_at": NOON.isoformat(),
}
OF_STORE: dict[str, Any] = {"competitor_id": "rival", "kind": "offer", "store_id": "330"}


async def heard(client: Client, *events: Event) -> None:
    """The worker takes these in."""
    await handled(client, working(WORKER_SETTINGS), *events)


async def test_L09_an_observation_is_told_once_and_its_words_stay(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    made, again = [await loyalty.post(PATH, SEEN) for _ in range(2)]
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert (await loyalty.post(PATH, SEEN | {"price": "4.40"})).status_code == 409
    assert (await loyalty.post(PATH, OF_STORE)).status_code == 201
    first, second = await loyalty.outbox()
    assert (first.partitionkey, first.subject, first.time, first.storeid) == ("asha", "ob1", NOON, "330")
    price = Money.model_validate({"amount": "4.50", "currency": "USD"})
    named = {"competitor_id": "rival", "category": "GROCERY", "product_id": "1", "price": price}
    assert first.data == CompetitorObserved(kind="price", **named)
    assert "Pier Road" not in first.to_json().decode()
    assert (second.partitionkey, second.storeid, second.data.model_dump()["kind"]) == ("store:330", "330", "offer")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"competitor_id": "nobody"}, "/competitor_id"),
        ({"kind": "rumour"}, "/kind"),
        ({"price": None, "currency": None}, "/price"),
        ({"currency": None}, "/price"),
        ({"price": "4.501"}, "/price"),
        ({"kind": "category_switched", "category": None}, "/category"),
        ({"kind": "category_switched", "customer_id": None}, "/customer_id"),
        ({"kind": "approach", "customer_id": None}, "/customer_id"),
        ({"kind": "programme_joined", "customer_id": None}, "/customer_id"),
        ({"customer_id": None, "store_id": None}, "/customer_id"),
        ({"source": "rumour"}, "/source"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
    ],
)
async def test_L09_bad_input_changes_nothing(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    await loyalty.put(RIVAL, TOLD)
    answer = await loyalty.post(PATH, SEEN | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(
        loyalty, "select (select count(*) from competitor_observations), (select count(*) from outbox)"
    ) == [(0, 0)]


async def test_L09_what_was_observed_is_counted_by_kind_and_customer(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    await loyalty.put("/v1/competitors/other", TOLD)
    for number, (who, changes) in enumerate(
        [
            ("asha", {}),
            ("asha-2", {}),
            ("ben", {}),
            (None, {}),
            ("ben", {"kind": "approach"}),
            ("ben", {"competitor_id": "other"}),
            ("cleo", {"occurred_at": "2026-04-01T00:00:00Z"}),
            ("cleo", {"occurred_at": "2026-02-28T23:59:59Z"}),
        ]
    ):
        assert (await loyalty.post(PATH, SEEN | {"id": f"ob{number}", "customer_id": who} | changes)).status_code == 201
    await heard(loyalty, told(CustomerMerged(into="asha", at=NOON), "asha-2", "asha-2"))
    counted = await loyalty.get(f"{RIVAL}/observations?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z")
    assert counted.json() == [
        {"kind": "approach", "observations": 1, "customers": 1},
        {"kind": "price", "observations": 4, "customers": 2},
    ]


async def test_L09_observations_are_listed_and_each_store_s_are_its_own(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    here, there = loyalty.issuer.token(stores=["330"]), loyalty.issuer.token(stores=["331"])
    assert (await loyalty.post(PATH, SEEN, bearer=there)).status_code == 403
    assert (await loyalty.post(PATH, SEEN, bearer=here)).status_code == 201
    assert (await loyalty.post(PATH, SEEN | {"id": "ob2", "store_id": None, "kind": "approach"})).status_code == 201
    assert (await loyalty.get(f"{PATH}/ob1", bearer=there)).status_code == 404
    assert (await loyalty.get(f"{PATH}/ob2", bearer=there)).json()["note"] is None
    assert (await loyalty.get(f"{PATH}/ob1", bearer=here)).json()["note"] == SEEN["note"]
    for query, bearer, ids in (
        ("competitor_id=rival", here, ["ob1", "ob2"]),
        ("customer_id=asha", there, ["ob2"]),
        ("store_id=330", None, ["ob1"]),
        ("kind=approach", None, ["ob2"]),
        ("kind=offer", None, []),
    ):
        listed = (await loyalty.get(f"{PATH}?{query}", bearer=bearer)).json()["items"]
        assert [each["id"] for each in listed] == ids


async def test_C10_what_a_store_observed_stays_the_store_s_without_them(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    await loyalty.post(PATH, SEEN)
    await loyalty.post(PATH, SEEN | {"id": "ob2", "store_id": None})
    asked = {"customer_id": "asha", "store_id": "330", "category": "GROCERY", "granted": False, "reason": "Pier Road"}
    assert (await loyalty.post("/v1/price-match-requests", asked)).status_code == 201
    await heard(loyalty, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(loyalty.database_url), "asha", "Pier Road") == []
    left = (await loyalty.get(f"{PATH}/ob1")).json()
    assert (left["customer_id"], left["note"], left["price"]) == (None, None, "4.50")
    assert await rows(loyalty, "select count(*) from competitor_observations") == [(1,)]
    assert (await loyalty.post(PATH, SEEN)).status_code == 410
    assert (await loyalty.post("/v1/price-match-requests", asked)).status_code == 410
