"""L01: goods come back and others are taken in their place, both or neither."""

import asyncio
from typing import Any

import pytest

from shared.events.purchases import PurchaseReturned
from tests.loyalty.bills import Body, back, bill, counts, line, pointers, rows
from tests.support.client import Client

PATH = "/v1/purchases/b1/exchanges"
LATER = "2017-01-03T10:00:00Z"


def exchange(**changes: Any) -> Body:
    """One of two pieces for another purchase."""
    taken = bill(id="b2", receipt_number="x1", occurred_at=LATER) | changes
    return {"return": back((1, "1", "4.75"), id="r1"), "purchase": taken}


async def test_L01_an_exchange_is_a_return_and_a_purchase_that_know_each_other(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    made = await loyalty.post(PATH, exchange())
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/purchases/b2")
    assert made.json()["purchase"] == (await loyalty.get("/v1/purchases/b2")).json()
    assert made.json()["return"] == (await loyalty.get("/v1/purchases/b1/returns/r1")).json()
    assert made.json()["return"]["exchanged_for"] == "b2"
    returned, bought = (await loyalty.outbox())[1:]
    assert isinstance(returned.data, PurchaseReturned)
    assert (returned.data.exchanged_for, bought.subject, bought.partitionkey) == ("b2", "b2", "asha")
    before = await counts(loyalty)
    again = await loyalty.post(PATH, exchange())
    assert (again.status_code, again.json(), await counts(loyalty)) == (200, made.json(), before)


async def test_L01_anonymous_goods_are_exchanged_anonymously(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1", customer_id=None))
    assert pointers((await loyalty.post(PATH, exchange())).json()) == ["/purchase/customer_id"]
    assert (await loyalty.post(PATH, exchange(customer_id=None, id=None))).status_code == 201


async def test_L01_one_person_under_two_ids_may_exchange(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    await rows(loyalty, "insert into aliases (id, merged_into, told_at) values ('asha', 'ben', now()) returning id")
    assert (await loyalty.post(PATH, exchange(customer_id="ben"))).status_code == 201


@pytest.mark.parametrize(
    ("changes", "status", "pointer"),
    [
        ({"customer_id": "ben"}, 422, "/purchase/customer_id"),
        ({"currency": "JPY", "lines": [line(list_amount="1", paid_amount="1")]}, 422, "/purchase/currency"),
        ({"occurred_at": "2017-01-03T09:59:59Z"}, 422, "/purchase/occurred_at"),
        ({"receipt_number": "known"}, 409, "/purchase/receipt_number"),
        ({"id": "b1"}, 409, "/purchase/id"),
        ({"card_id": "bens"}, 422, "/purchase/card_id"),
        ({"lines": [line(paid_amount="0.001")]}, 422, "/purchase/lines/0/paid_amount"),
        ({"lines": []}, 422, "/purchase/lines"),
    ],
)
async def test_L01_an_exchange_is_both_or_neither(loyalty: Client, changes: Body, status: int, pointer: str) -> None:
    await loyalty.post("/v1/cards", {"id": "bens", "customer_id": "ben"})
    await loyalty.post("/v1/purchases", bill(id="b1", receipt_number="known"))
    answer = await loyalty.post(PATH, exchange(**changes))
    assert (answer.status_code, pointers(answer.json())) == (status, [pointer])
    assert [await counts(loyalty), await rows(loyalty, "select * from returns")] == [(1, 1, 1), []]


@pytest.mark.parametrize(
    ("lines", "status", "pointer"),
    [
        ([(1, "3", "1")], 409, "/return/lines/0/quantity"),
        ([(1, "1", "4.76")], 422, "/return/lines/0/refund_amount"),
        ([(1, "0", "0")], 422, "/return/lines/0/quantity"),
    ],
)
async def test_L01_a_return_that_can_not_be_is_no_exchange(
    loyalty: Client, lines: list[tuple[int, str, str]], status: int, pointer: str
) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    answer = await loyalty.post(PATH, exchange() | {"return": back(*lines)})
    assert (answer.status_code, pointers(answer.json())) == (status, [pointer])
    assert await counts(loyalty) == (1, 1, 1)


async def test_L01_a_plain_return_is_no_exchange_afterwards(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    await loyalty.post("/v1/purchases/b1/returns", back((1, "1", "4.75"), id="r1"))
    answer = await loyalty.post(PATH, exchange())
    assert (answer.status_code, pointers(answer.json())) == (409, ["/return/id"])
    assert (await loyalty.get("/v1/purchases/b2")).status_code == 404


async def test_L01_the_last_piece_is_exchanged_once(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1", lines=[line(quantity="1")]))
    both = [exchange(id=f"b{n}", receipt_number=f"x{n}") | {"return": back((1, "1", "9.50"))} for n in (2, 3)]
    answers = await asyncio.gather(*(loyalty.post(PATH, body) for body in both))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await rows(loyalty, "select count(*) from purchases") == [(2,)]


async def test_L01_an_exchange_told_again_without_its_returns_id_is_not_a_second_return(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    told = exchange() | {"return": back((1, "1", "4.75"))}
    assert (await loyalty.post(PATH, told)).status_code == 201
    before = await counts(loyalty)
    again = await loyalty.post(PATH, told)
    assert (again.status_code, pointers(again.json())) == (409, ["/purchase/id"])
    assert [await counts(loyalty), await rows(loyalty, "select count(*) from returns")] == [before, [(1,)]]
