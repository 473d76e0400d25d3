"""L09: a customer asks for a competitor's price, and gets it or not."""

import asyncio
from typing import Any

import pytest

from shared.events.loyalty import PriceMatchRefused
from tests.loyalty.bills import pointers
from tests.loyalty.test_competitors import RIVAL, TOLD
from tests.support.client import Client
from tests.support.told import NOON

PATH = "/v1/price-match-requests"
ASKED: dict[str, Any] = {
    "id": "pm1",
    "customer_id": "asha",
    "store_id": "330",
    "category": "GROCERY",
    "product_id": "1",
    "competitor_id": "rival",
    "their_price": "4.50",
    "currency": "USD",
    "granted": False,
    "reason": "not in stock there",
    "by": "emp-7",
    "occurred_at": NOON.isoformat(),
}


async def test_L09_a_refused_price_is_told_and_a_granted_one_is_not(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    answers = await asyncio.gather(*(loyalty.post(PATH, ASKED) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert (await loyalty.post(PATH, ASKED | {"granted": True})).status_code == 409
    assert (await loyalty.post(PATH, ASKED | {"id": "pm2", "granted": True})).status_code == 201
    [event] = await loyalty.outbox()
    assert (event.partitionkey, event.subject, event.time, event.storeid) == ("asha", "pm1", NOON, "330")
    assert event.data == PriceMatchRefused(category="GROCERY")
    assert (await loyalty.get(f"{PATH}/pm1")).json()["their_price"] == "4.50"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"competitor_id": "nobody"}, "/competitor_id"),
        ({"category": None}, "/category"),
        ({"granted": "no"}, "/granted"),
        ({"their_price": "4.501"}, "/their_price"),
        ({"their_price": None}, "/their_price"),
        ({"customer_id": None}, "/customer_id"),
    ],
)
async def test_L09_a_bad_request_changes_nothing(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    await loyalty.put(RIVAL, TOLD)
    answer = await loyalty.post(PATH, ASKED | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert (await loyalty.get(PATH)).json()["items"] == await loyalty.outbox() == []


async def test_L09_requests_are_listed_and_each_store_s_are_its_own(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    here, there = loyalty.issuer.token(stores=["330"]), loyalty.issuer.token(stores=["331"])
    assert (await loyalty.post(PATH, ASKED, bearer=there)).status_code == 403
    assert (await loyalty.post(PATH, ASKED, bearer=here)).status_code == 201
    await loyalty.post(PATH, ASKED | {"id": "pm2", "store_id": None, "granted": True, "competitor_id": None})
    assert (await loyalty.get(f"{PATH}/pm1", bearer=there)).status_code == 404
    assert (await loyalty.get(f"{PATH}/pm2", bearer=there)).json()["reason"] is None
    for query, bearer, ids in (
        ("customer_id=asha", here, ["pm1", "pm2"]),
        ("customer_id=asha", there, ["pm2"]),
        ("granted=false", None, ["pm1"]),
        ("competitor_id=rival&store_id=330", None, ["pm1"]),
    ):
        listed = (await loyalty.get(f"{PATH}?{query}", bearer=bearer)).json()["items"]
        assert [each["id"] for each in listed] == ids
