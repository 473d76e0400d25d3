"""L01: what was ordered arrives, in part and in full."""

import asyncio
from typing import Any

import pytest

from shared.events.purchases import PurchaseCorrected, PurchaseLineDelivered
from tests.loyalty.bills import Body, bill, line, pointers, rows
from tests.support.canaries import dump
from tests.support.client import Client

PATH = "/v1/purchases/b1/deliveries"
DUE, AT, LATER = "2017-01-05T10:00:00Z", "2017-01-06T10:00:00Z", "2017-01-07T10:00:00Z"


async def ordered(loyalty: Client, **changes: Any) -> None:
    """Two lines, the first with a due time."""
    told = bill(id="b1", ordered_at="2016-12-30T10:00:00Z", lines=[line(due_at=DUE), line()]) | changes
    assert (await loyalty.post("/v1/purchases", told)).status_code == 201


async def delivered(loyalty: Client, *lines: Body, **options: Any) -> tuple[int, Any]:
    """The answer to a delivery."""
    answer = await loyalty.post(PATH, {"lines": lines}, **options)
    return answer.status_code, answer.json()


async def events(loyalty: Client) -> list[tuple[str, int, bool, bool, int]]:
    """Key, line, whether due and in full, and the day of each delivery told."""
    return [
        (event.partitionkey, event.data.line, event.data.due_at is not None, event.data.in_full, event.time.day)
        for event in await loyalty.outbox()
        if isinstance(event.data, PurchaseLineDelivered)
    ]


async def test_L01_deliveries_are_told_per_line(loyalty: Client) -> None:
    await ordered(loyalty)
    status, shown = await delivered(loyalty, {"line": 1, "delivered_at": AT}, {"line": 2, "delivered_at": LATER})
    assert (status, shown["version"]) == (200, 2)
    assert [each["delivered_at"] for each in shown["lines"]] == [AT, LATER]
    assert await events(loyalty) == [("asha", 1, True, True, 6), ("asha", 2, False, True, 7)]
    before = await dump(loyalty.database_url)
    assert await delivered(loyalty, {"line": 1, "delivered_at": AT}, key=None) == (200, shown)
    assert await dump(loyalty.database_url) == before
    changes = (await loyalty.get("/v1/purchases/b1/history")).json()["items"]
    assert [(each["part"], each["what"], each["at"]) for each in changes] == [
        ("lines/2", "deliver", LATER), ("lines/1", "deliver", AT),
    ]  # fmt: skip


async def test_L01_some_of_a_line_may_come_before_the_rest(loyalty: Client) -> None:
    await ordered(loyalty, customer_id=None)
    _, shown = await delivered(loyalty, {"line": 1, "delivered_at": AT, "in_full": False})
    assert shown["lines"][0]["delivered_at"] is None
    _, shown = await delivered(loyalty, {"line": 1, "delivered_at": LATER})
    assert shown["lines"][0]["delivered_at"] == LATER
    assert await events(loyalty) == [("store:330", 1, True, False, 6), ("store:330", 1, True, True, 7)]


@pytest.mark.parametrize(
    ("told", "status", "pointer"),
    [
        ({"line": 1, "delivered_at": LATER}, 409, "/lines/0/delivered_at"),
        ({"line": 1, "delivered_at": LATER, "in_full": False}, 409, "/lines/0/delivered_at"),
        ({"line": 1, "delivered_at": AT, "in_full": False}, 409, "/lines/0/in_full"),
        ({"line": 3, "delivered_at": AT}, 422, "/lines/0/line"),
        ({"line": 2, "delivered_at": "2016-12-30T09:59:59Z"}, 422, "/lines/0/delivered_at"),
        ({"line": 2, "delivered_at": "2999-12-30T09:59:59Z"}, 422, "/lines/0/delivered_at"),
        ({"line": 2}, 422, "/lines/0/delivered_at"),
        ({"line": 2, "delivered_at": AT, "x": 1}, 422, "/lines/0/x"),
    ],
)
async def test_L01_a_delivery_that_can_not_be_changes_nothing(
    loyalty: Client, told: Body, status: int, pointer: str
) -> None:
    await ordered(loyalty)
    await delivered(loyalty, {"line": 1, "delivered_at": AT})
    before = await dump(loyalty.database_url)
    found, problem = await delivered(loyalty, told)
    assert (found, pointers(problem)) == (status, [pointer])
    assert await dump(loyalty.database_url) == before


async def test_L01_what_was_told_with_the_bill_is_known(loyalty: Client) -> None:
    await ordered(loyalty, lines=[line(delivered_at=AT)])
    assert (await delivered(loyalty, {"line": 1, "delivered_at": AT}))[0] == 200
    assert (await delivered(loyalty, {"line": 1, "delivered_at": LATER}))[0] == 409
    twice = await delivered(loyalty, *[{"line": 1, "delivered_at": AT}] * 2)
    assert (twice[0], pointers(twice[1])) == (422, ["/lines/1/line"])
    assert await events(loyalty) == []


async def test_L01_of_two_deliveries_at_once_one_is_told(loyalty: Client) -> None:
    await ordered(loyalty)
    told = [{"line": 1, "delivered_at": at} for at in (AT, AT, LATER, LATER)]
    answers = await asyncio.gather(*(delivered(loyalty, each) for each in told))
    assert sorted(status for status, _ in answers) == [200, 200, 409, 409]
    assert len(await events(loyalty)) == 1
    assert (await delivered(loyalty, told[0], bearer=loyalty.issuer.token(stores=["7"])))[0] == 404


async def test_L01_nothing_is_paid_before_it_is_ordered(loyalty: Client) -> None:
    answer = await loyalty.post("/v1/purchases", bill(ordered_at="2017-01-01T11:53:27Z"))
    assert (answer.status_code, pointers(answer.json())) == (422, ["/ordered_at"])
    level = await loyalty.post("/v1/purchases", bill(lines=[line(level=1001)]))
    assert (level.status_code, pointers(level.json())) == (422, ["/lines/0/level"])


async def corrected(loyalty: Client, **right: Any) -> Any:
    """The bill after a correction at once."""
    told = {"reason": "miskeyed"} | right
    answer = await loyalty.post("/v1/purchases/b1/corrections", told, match="*")
    assert answer.status_code == 201, answer.text
    return (await loyalty.get("/v1/purchases/b1")).json()


async def test_L01_what_arrived_stays_there_when_its_price_is_corrected(loyalty: Client) -> None:
    await ordered(loyalty)
    await delivered(loyalty, {"line": 1, "delivered_at": AT}, {"line": 2, "delivered_at": AT, "in_full": False})
    shown = await corrected(loyalty, lines=[line(due_at=DUE, paid_amount="9.00"), line(paid_amount="9.00")])
    assert [each["delivered_at"] for each in shown["lines"]] == [AT, None]
    event = (await loyalty.outbox())[-1]
    assert isinstance(event.data, PurchaseCorrected)
    assert [each.delivered_at and each.delivered_at.day for each in event.data.lines] == [6, None]
    assert (await delivered(loyalty, {"line": 1, "delivered_at": LATER}))[0] == 409
    again = {"line": 2, "delivered_at": AT, "in_full": False}
    assert (await delivered(loyalty, again))[1]["version"] == shown["version"], "some of it is known to be there"
    moved = await corrected(loyalty, lines=[line(due_at=DUE, delivered_at=LATER)])
    assert [each["delivered_at"] for each in moved["lines"]] == [LATER], "what is told anew is right"


async def test_L01_another_product_in_a_lines_place_has_not_arrived(loyalty: Client) -> None:
    await ordered(loyalty)
    await delivered(loyalty, {"line": 1, "delivered_at": AT}, {"line": 2, "delivered_at": AT})
    shown = await corrected(loyalty, lines=[line(product_id="2", due_at=DUE)])
    assert [each["delivered_at"] for each in shown["lines"]] == [None]
    status, shown = await delivered(loyalty, {"line": 1, "delivered_at": LATER})
    assert (status, shown["lines"][0]["delivered_at"]) == (200, LATER)
    kept = "select line, extract(day from delivered_at)::int from line_deliveries"
    assert await rows(loyalty, kept) == [(1, 7)], "nothing is left of a second line either"
    await corrected(loyalty, customer_id="ben")
    assert await rows(loyalty, kept) == []
