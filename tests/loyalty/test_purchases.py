"""L01: purchases, one at a time."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from shared.events.purchases import PurchaseCompleted
from tests.loyalty.bills import bill, counts, line, pointers
from tests.support.client import Client


async def test_L01_a_purchase_is_stored_and_told(loyalty: Client) -> None:
    told = bill(lines=[line(), line(category="DELI", cost_amount="4.00", discount_kind="coupon", tailored=True)])
    answer = await loyalty.post("/v1/purchases", told)
    assert answer.status_code == 201
    made = answer.json()
    assert (answer.headers["Location"], answer.headers["ETag"]) == (f"/v1/purchases/{made['id']}", '"1"')
    assert (await loyalty.get(f"/v1/purchases/{made['id']}")).json() == made
    assert [(row["line"], row["category"], row["paid_amount"]) for row in made["lines"]] == [
        (1, "GROCERY", "9.50"),
        (2, "DELI", "9.50"),
    ]
    [event] = await loyalty.outbox()
    assert isinstance(event.data, PurchaseCompleted)
    assert (event.partitionkey, event.subject, event.storeid) == ("asha", made["id"], "330")
    assert event.time.isoformat() == "2017-01-01T11:53:26+00:00"
    assert (event.data.lines[1].cost_amount, event.data.lines[1].tailored) != (None, False)
    assert event.data.lines[0].paid_amount.amount == Decimal("9.50")


async def test_L01_an_anonymous_sale_counts_for_the_store(loyalty: Client) -> None:
    answer = await loyalty.post("/v1/purchases", bill(customer_id=None))
    assert answer.status_code == 201
    [event] = await loyalty.outbox()
    assert event.partitionkey == "store:330"


async def test_L01_the_same_id_and_content_does_nothing(loyalty: Client) -> None:
    first = bill(id="b-1")
    spelled_otherwise = first | {
        "occurred_at": "2017-01-01T17:23:26+05:30",
        "simulated": False,
        "lines": [line(quantity="2.000", paid_amount="9.5", cost_amount=None)],
    }
    made = await loyalty.post("/v1/purchases", first)
    again = await loyalty.post("/v1/purchases", spelled_otherwise)
    other = await loyalty.post("/v1/purchases", first | {"till": "2"})
    assert (made.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.json() == made.json()
    assert pointers(other.json()) == ["/id"]
    assert await counts(loyalty) == (1, 1, 1)


async def test_L01_a_receipt_is_known_under_one_id(loyalty: Client) -> None:
    told = bill()
    assert (await loyalty.post("/v1/purchases", told)).status_code == 201
    for again in (told, told | {"id": "b-2"}, told | {"customer_id": "ben"}):
        answer = await loyalty.post("/v1/purchases", again)
        assert (answer.status_code, pointers(answer.json())) == (409, ["/receipt_number"])
    assert await counts(loyalty) == (1, 1, 1)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"till": None}, 201),  # no till is a till of its own
        ({"till": "2"}, 201),
        ({"store_id": "331"}, 201),
        ({"receipt_number": None}, 201),
        ({}, 409),
    ],
)
async def test_L01_a_receipt_is_store_till_and_number(loyalty: Client, changes: dict[str, Any], status: int) -> None:
    told = bill()
    await loyalty.post("/v1/purchases", told)
    assert (await loyalty.post("/v1/purchases", told | changes)).status_code == status


async def test_L01_a_receipt_without_till_counts_once_too(loyalty: Client) -> None:
    told = bill(till=None)
    assert [(await loyalty.post("/v1/purchases", told)).status_code for _ in range(2)] == [201, 409]
    untold = bill(receipt_number=None)
    assert [(await loyalty.post("/v1/purchases", untold)).status_code for _ in range(2)] == [201, 201]


async def test_L01_fifty_posts_of_one_receipt_count_once(loyalty: Client) -> None:
    told = bill()
    answers = await asyncio.gather(*(loyalty.post("/v1/purchases", told) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert await counts(loyalty) == (1, 1, 1)


async def test_L01_a_retry_gets_the_first_answer(loyalty: Client) -> None:
    told = bill()
    first = await loyalty.post("/v1/purchases", told, key="k")
    again = await loyalty.post("/v1/purchases", told, key="k")
    other = await loyalty.post("/v1/purchases", told | {"till": "8"}, key="k")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert await counts(loyalty) == (1, 1, 1)


async def test_L01_concurrent_posts_under_one_key_count_once(loyalty: Client) -> None:
    told = bill(receipt_number=None)
    answers = await asyncio.gather(*(loyalty.post("/v1/purchases", told, key="k") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert await counts(loyalty) == (1, 1, 1)


async def test_L01_a_key_is_required(loyalty: Client) -> None:
    assert (await loyalty.post("/v1/purchases", bill(), key=None)).status_code == 400


async def test_L01_nothing_bought_for_nothing_is_a_purchase(loyalty: Client) -> None:
    free = line(quantity="0", list_amount="0", paid_amount="0")
    answer = await loyalty.post("/v1/purchases", bill(lines=[free]))
    assert (answer.status_code, answer.json()["lines"][0]["quantity"]) == (201, "0")


async def test_L01_lists_are_pages_and_filters(loyalty: Client) -> None:
    for store, customer in (("330", "asha"), ("331", "asha"), ("330", "ben")):
        await loyalty.post("/v1/purchases", bill(store_id=store, customer_id=customer))
    first = (await loyalty.get("/v1/purchases?limit=2")).json()
    second = (await loyalty.get(f"/v1/purchases?limit=2&cursor={first['next']}")).json()
    seen = [(p["store_id"], p["customer_id"]) for p in first["items"] + second["items"]]
    assert seen == [("330", "asha"), ("331", "asha"), ("330", "ben")]
    assert (len(first["items"][0]["lines"]), second["next"]) == (1, None)
    assert len((await loyalty.get("/v1/purchases?customer_id=asha")).json()["items"]) == 2
    assert len((await loyalty.get("/v1/purchases?customer_id=asha&store_id=331")).json()["items"]) == 1


async def test_L01_a_store_bound_token_sees_its_store_alone(loyalty: Client) -> None:
    bearer = loyalty.issuer.token(stores=["331"])
    other = (await loyalty.post("/v1/purchases", bill(store_id="330"))).json()["id"]
    refused = await loyalty.post("/v1/purchases", bill(store_id="330"), bearer=bearer)
    own = await loyalty.post("/v1/purchases", bill(store_id="331"), bearer=bearer)
    assert (refused.status_code, own.status_code) == (403, 201)
    assert (await loyalty.get(f"/v1/purchases/{other}", bearer=bearer)).status_code == 404
    listed = (await loyalty.get("/v1/purchases", bearer=bearer)).json()["items"]
    assert [purchase["id"] for purchase in listed] == [own.json()["id"]]
    lines = [{"line": 1, "quantity": "1", "refund_amount": "0"}]
    back = {"occurred_at": "2017-01-02T00:00:00Z", "reason": "other", "lines": lines}
    assert (await loyalty.post(f"/v1/purchases/{other}/returns", back, bearer=bearer)).status_code == 404
