"""L01: a bill that was wrong is set right, or given to whose it was."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from services.loyalty.purchases.domain import Amounts, share
from services.loyalty.workers import working
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected
from tests.loyalty.bills import Body, back, bill, line, rows
from tests.loyalty.test_erasures import erasure
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS

PATH = "/v1/purchases/b1"
WRONG: Body = {"occurred_at": "2017-01-02T10:00:00Z", "reason": "miskeyed"}
RIGHT = WRONG | {"lines": [line(quantity="1", list_amount="5.00", paid_amount="4.75"), line(category="MEAT")]}
BENS = WRONG | {"customer_id": "ben"}


async def bought(loyalty: Client, **changes: Any) -> Body:
    """The bill `b1`."""
    sold = bill(id="b1") | changes
    assert (await loyalty.post("/v1/purchases", sold)).status_code == 201
    return sold


async def corrected(loyalty: Client, body: Body, match: str | None = '"1"', **options: Any) -> tuple[int, Body]:
    """The answer to a correction of `b1`."""
    answer = await loyalty.post(f"{PATH}/corrections", body, match=match, **options)
    return answer.status_code, answer.json()


async def merged(loyalty: Client) -> None:
    """Asha is Ben."""
    told = "insert into aliases (id, merged_into, told_at) values ('asha', 'ben', now()) returning id"
    assert await rows(loyalty, told) == [("asha",)]


async def test_L01_a_correction_sets_the_lines_right(loyalty: Client) -> None:
    await bought(loyalty)
    status, made = await corrected(loyalty, RIGHT | {"id": "k1"})
    assert (status, made["id"], made["purchase_id"], made["corrected_to"]) == (201, "k1", "b1", None)
    shown = await loyalty.get(PATH)
    assert shown.headers["ETag"] == '"2"'
    assert [(each["category"], each["paid_amount"]) for each in shown.json()["lines"]] == [
        ("GROCERY", "4.75"), ("MEAT", "9.50"),
    ]  # fmt: skip
    event = (await loyalty.outbox())[-1]
    assert isinstance(event.data, PurchaseCorrected)
    assert (event.partitionkey, event.subject, event.storeid, event.data.reason) == ("asha", "b1", "330", "miskeyed")
    assert (event.time.isoformat(), event.data.purchased_at.day) == ("2017-01-02T10:00:00+00:00", 1)
    assert [str(each.paid_amount.amount) for each in event.data.lines] == ["4.75", "9.50"]
    [change] = (await loyalty.get(f"{PATH}/history")).json()["items"]
    assert (change["what"], change["version"], change["at"]) == ("correct", 2, WRONG["occurred_at"])
    assert [len(change[side]["lines"]) for side in ("before", "after")] == [1, 2]
    assert change["after"]["reason"] == "miskeyed"
    assert (await loyalty.get(f"{PATH}/corrections")).json()["items"] == [made]
    assert (await loyalty.get(f"{PATH}/corrections/k1")).json() == made


async def test_L01_a_correction_told_again_and_the_receipt_told_again_do_nothing(loyalty: Client) -> None:
    sold = await bought(loyalty)
    first = await corrected(loyalty, RIGHT | {"id": "k1"})
    before = await dump(loyalty.database_url)
    assert await corrected(loyalty, RIGHT | {"id": "k1"}, key=None) == (200, first[1])
    assert (await corrected(loyalty, RIGHT | {"id": "k1", "reason": "other"}))[0] == 409
    [verdict, _] = await loyalty.stream("/v1/imports/purchases", [sold])
    assert (verdict["status"], verdict["id"]) == ("duplicate", "b1")
    assert await dump(loyalty.database_url) == before


async def test_L01_a_bill_of_another_customer_becomes_theirs(loyalty: Client) -> None:
    ordered = "2016-12-31T10:00:00Z"
    sold = await bought(loyalty, integration_id="edi-of-asha", channel="web", ordered_at=ordered)
    status, made = await corrected(loyalty, BENS)
    old, new = [(await loyalty.get(f"/v1/purchases/{name}")).json() for name in ("b1", made["corrected_to"])]
    assert (status, old["lines"], old["corrected_to"], old["customer_id"]) == (201, [], new["id"], "asha")
    same = ("store_id", "channel", "till", "occurred_at", "ordered_at", "currency")
    assert [new[name] for name in same] == [old[name] for name in same]
    assert (new["customer_id"], new["corrects"], new["receipt_number"]) == ("ben", "b1", None)
    assert new["integration_id"] is None, "it was the other customer's"
    assert new["lines"][0]["paid_amount"] == "9.50"
    taken, told = (await loyalty.outbox())[1:]
    assert (taken.partitionkey, taken.subject, taken.data.model_dump()["lines"]) == ("asha", "b1", ())
    assert isinstance(told.data, PurchaseCompleted)
    assert (told.partitionkey, told.subject, told.time.day) == ("ben", new["id"], 1)
    [verdict, _] = await loyalty.stream("/v1/imports/purchases", [sold])
    assert (verdict["status"], verdict["id"]) == ("duplicate", "b1"), "the old one keeps its receipt"
    for path, body in (("corrections", RIGHT | {"occurred_at": None}), ("returns", back((1, "1", "1")))):
        answer = await loyalty.post(f"{PATH}/{path}", body, match="*")
        assert (answer.status_code, new["id"] in answer.json()["detail"]) == (409, True)


async def test_L01_a_bill_of_nobody_becomes_somebodys_and_no_card_goes_to_another(loyalty: Client) -> None:
    await loyalty.post("/v1/cards", {"id": "ashas", "customer_id": "asha"})
    await bought(loyalty, customer_id=None, receipt_number=None)
    _, made = await corrected(loyalty, BENS)
    assert [event.partitionkey for event in await loyalty.outbox()] == ["store:330", "store:330", "ben"]
    assert (await loyalty.get(f"/v1/purchases/{made['corrected_to']}")).json()["customer_id"] == "ben"
    await loyalty.post("/v1/purchases", bill(id="b2", card_id="ashas"))
    answer = await loyalty.post("/v1/purchases/b2/corrections", BENS, match='"1"')
    given = (await loyalty.get(f"/v1/purchases/{answer.json()['corrected_to']}")).json()
    assert (given["customer_id"], given["card_id"]) == ("ben", None)


THREE = [line(quantity="3", list_amount="9.00", paid_amount="6.00", cost_amount="3.00"), line()]
SMALL = {"quantity": "1", "list_amount": "3.00", "paid_amount": "2.00", "cost_amount": "1.00"}


@pytest.mark.parametrize(
    ("body", "status", "pointer", "rule"),
    [
        (RIGHT | {"occurred_at": "2017-01-01T11:53:25Z"}, 422, "/occurred_at", "the purchase was later"),
        (RIGHT | {"occurred_at": "2017-01-02T08:59:59Z"}, 409, "/occurred_at", "corrected later already"),
        (RIGHT | {"lines": [line(paid_amount="9.501")]}, 422, "/lines/0/paid_amount", "USD has 2 decimals"),
        (RIGHT | {"lines": [line(**SMALL | {"quantity": "0.9"})]}, 409, "/lines/0", "line 1: 1 of it"),
        (RIGHT | {"lines": [line(**SMALL | {"paid_amount": "1.99"})]}, 409, "/lines/0", "line 1: 1 of it"),
        (RIGHT | {"lines": [line(**SMALL | {"list_amount": "2.99"})]}, 409, "/lines/0", "line 1: 1 of it"),
        (RIGHT | {"lines": [line(**SMALL | {"cost_amount": "0.99"})]}, 409, "/lines/0", "line 1: 1 of it"),
        (RIGHT | {"lines": [line(**SMALL | {"category": "MEAT"})]}, 409, "/lines/0/category", "as GROCERY"),
        (BENS, 409, "/customer_id", "something of it came back"),
        (WRONG, 422, "", "either the lines or the customer"),
        (RIGHT | {"customer_id": "ben"}, 422, "", "either the lines or the customer"),
        (RIGHT | {"lines": []}, 422, "/lines", "at least 1"),
        (RIGHT | {"surprise": 1}, 422, "/surprise", "not permitted"),
    ],
)
async def test_L01_a_correction_that_can_not_be_names_the_rule(
    loyalty: Client, body: Body, status: int, pointer: str, rule: str
) -> None:
    await bought(loyalty, lines=THREE)
    early = {"occurred_at": "2017-01-02T09:00:00Z", "lines": THREE}
    assert (await corrected(loyalty, WRONG | early))[0] == 201
    assert (await loyalty.post(f"{PATH}/returns", back((1, "1", "2.00")))).status_code == 201
    before = await dump(loyalty.database_url)
    told, problem = await corrected(loyalty, body, match='"2"')
    [error] = problem["errors"]
    assert (told, error["pointer"], rule in error["detail"]) == (status, pointer, True), problem
    assert await dump(loyalty.database_url) == before


async def test_L01_a_bill_can_not_be_given_to_whose_it_is(loyalty: Client) -> None:
    await bought(loyalty)
    await merged(loyalty)
    for name in ("asha", "ben"):  # one person, two ids
        status, problem = await corrected(loyalty, BENS | {"customer_id": name})
        assert (status, problem["errors"][0]["detail"]) == (409, "the bill is theirs already")


async def test_L01_what_is_left_of_a_corrected_line_can_come_back(loyalty: Client) -> None:
    await bought(loyalty, lines=[line(quantity="3", list_amount="9.00", paid_amount="6.00")])
    await loyalty.post(f"{PATH}/returns", back((1, "1", "2.00")))
    less = line(quantity="3", list_amount="9.00", paid_amount="2.50")
    assert (await corrected(loyalty, WRONG | {"lines": [less]}))[0] == 201
    for refund in ("0.50", "0.00"):
        assert (await loyalty.post(f"{PATH}/returns", back((1, "1", refund)))).status_code == 201
    sums = "select sum(quantity), sum(paid_amount), sum(list_amount) from return_lines"
    assert await rows(loyalty, sums) == [(Decimal(3), Decimal("2.50"), Decimal("9.00"))]


def test_L01_no_more_comes_back_of_a_corrected_line_than_is_left() -> None:
    line, left = (Amounts(Decimal(3), Decimal(9), Decimal(9), None), Amounts(Decimal(2), Decimal(1), Decimal(6), None))
    assert share(line, left, Decimal(1), "USD") == Amounts(Decimal(1), Decimal(1), Decimal(3), None)


async def test_L01_of_two_corrections_at_once_one_wins(loyalty: Client) -> None:
    await bought(loyalty)
    answers = await asyncio.gather(*(corrected(loyalty, body) for body in (RIGHT, BENS, RIGHT, BENS)))
    assert sorted(status for status, _ in answers) == [201, 412, 412, 412]
    assert (await corrected(loyalty, RIGHT, match=None))[0] == 428
    assert await rows(loyalty, "select count(*) from corrections") == [(1,)]
    same = await asyncio.gather(*(corrected(loyalty, RIGHT | {"id": "k1"}, match='"2"') for _ in range(3)))
    assert {status for status, _ in same} <= {200, 201, 409}


async def test_L01_another_stores_bill_is_not_corrected(loyalty: Client) -> None:
    await bought(loyalty)
    bearer = loyalty.issuer.token(stores=["7"])
    assert (await corrected(loyalty, RIGHT, bearer=bearer))[0] == 404
    assert (await loyalty.get(f"{PATH}/corrections", bearer=bearer)).status_code == 404


@pytest.mark.parametrize("gone", ["asha", "ben"])
async def test_C10_nothing_of_a_corrected_bill_leads_to_who_is_erased(loyalty: Client, gone: str) -> None:
    await bought(loyalty)
    _, made = await corrected(loyalty, BENS)
    await handled(loyalty, working(WORKER_SETTINGS), erasure(gone))
    assert found(await dump(loyalty.database_url), gone) == []
    digests = "select count(*) from corrections where content <> ''"
    assert await rows(loyalty, digests) == [(0,)], "it is a digest of both names"
    assert (await loyalty.get(f"/v1/purchases/{made['corrected_to']}")).json()["lines"] != []


async def test_C10_no_bill_goes_to_who_is_erased(loyalty: Client) -> None:
    await bought(loyalty)
    await handled(loyalty, working(WORKER_SETTINGS), erasure("ben"))
    assert (await corrected(loyalty, BENS))[0] == 410
    assert (await loyalty.get(PATH)).json()["lines"] != []
