"""L01: returns, in part and in full."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.purchases.domain import Amounts, share
from shared.events.purchases import PurchaseReturned
from shared.money import DECIMALS
from tests.loyalty.bills import back, bill, line, pointers, rows
from tests.support.client import Client

ZERO = Decimal(0)


async def bought(loyalty: Client, **changes: Any) -> str:
    answer = await loyalty.post("/v1/purchases", bill(**changes))
    assert answer.status_code == 201, answer.text
    return f"/v1/purchases/{answer.json()['id']}/returns"


async def returned(loyalty: Client, path: str, *lines: tuple[int, str, str], **changes: Any) -> httpx.Response:
    return await loyalty.post(path, back(*lines, **changes))


async def test_L01_parts_of_a_line_come_back_until_nothing_is_left(loyalty: Client) -> None:
    thirds = line(quantity="3", list_amount="11.00", paid_amount="10.00", cost_amount="7.00", tailorable=True)
    path = await bought(loyalty, lines=[line(), thirds])
    for refund in ("3.33", "3.00", "3.34"):
        answer = await returned(loyalty, path, (2, "1", refund))
        assert answer.status_code == 201, answer.text
    assert (await returned(loyalty, path, (2, "1", "0"))).status_code == 409
    told = [event.data for event in await loyalty.outbox()][1:]
    lines = [payload.lines[0] for payload in told if isinstance(payload, PurchaseReturned)]
    assert [str(told.paid_amount.amount) for told in lines] == ["3.33", "3.33", "3.34"]
    assert [str(told.list_amount.amount) for told in lines] == ["3.66", "3.66", "3.68"]
    assert [str(told.cost_amount and told.cost_amount.amount) for told in lines] == ["2.33", "2.33", "2.34"]
    assert [told.whole for told in lines] == [False, False, True]
    assert {(told.line, told.category, told.tailorable) for told in lines} == {(2, "GROCERY", True)}


async def test_L01_a_return_is_told_under_the_customer_of_its_purchase(loyalty: Client) -> None:
    for customer, key in (("asha", "asha"), (None, "store:330")):
        path = await bought(loyalty, customer_id=customer)
        made = (await returned(loyalty, path, (1, "2", "9.50"))).json()
        event = (await loyalty.outbox())[-1]
        assert isinstance(event.data, PurchaseReturned)
        assert (event.partitionkey, event.subject, event.storeid) == (key, made["id"], "330")
        assert event.time.isoformat() == "2017-01-03T10:00:00+00:00"
        assert event.data.purchased_at.isoformat() == "2017-01-01T11:53:26+00:00"
        assert (event.data.purchase_id, event.data.reason) == (made["purchase_id"], "defective")
        assert (await loyalty.get(path)).json()["items"] == [made]


async def test_L01_the_same_return_does_nothing(loyalty: Client) -> None:
    path, other = await bought(loyalty), await bought(loyalty)
    first = await returned(loyalty, path, (1, "1", "1.00"), id="ret-1")
    again = await returned(loyalty, path, (1, "1.0", "1"), id="ret-1")
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    for answer in (
        await returned(loyalty, path, (1, "1", "2.00"), id="ret-1"),
        await returned(loyalty, other, (1, "1", "1.00"), id="ret-1"),
    ):
        assert (answer.status_code, pointers(answer.json())) == (409, ["/id"])
    assert await rows(loyalty, "select count(*) from return_lines") == [(1,)]


@pytest.mark.parametrize(
    ("lines", "changes", "status", "pointer"),
    [
        ([(1, "3", "0")], {}, 409, "/lines/0/quantity"),
        ([(1, "1", "4.76")], {}, 422, "/lines/0/refund_amount"),
        ([(1, "1", "1.005")], {}, 422, "/lines/0/refund_amount"),
        ([(2, "1", "0")], {}, 422, "/lines/0/line"),  # of zero quantity
        ([(3, "1", "0")], {}, 422, "/lines/0/line"),
        ([(0, "1", "0")], {}, 422, "/lines/0/line"),
        ([(1, "0", "0")], {}, 422, "/lines/0/quantity"),
        ([(1, "1", "0"), (1, "1", "0")], {}, 422, "/lines/1/line"),
        ([(1, "1", "0")], {"occurred_at": "2017-01-01T11:53:25Z"}, 422, "/occurred_at"),
        ([(1, "1", "0")], {"reason": "bored"}, 422, "/reason"),
        ([(1, "1", "0")], {"surprise": 1}, 422, "/surprise"),
        ([], {}, 422, "/lines"),
    ],
)
async def test_L01_a_return_that_can_not_be_points_at_why(
    loyalty: Client, lines: list[tuple[int, str, str]], changes: dict[str, Any], status: int, pointer: str
) -> None:
    path = await bought(loyalty, lines=[line(), line(quantity="0")])
    answer = await loyalty.post(path, back(*lines, **changes))
    assert (answer.status_code, pointers(answer.json())) == (status, [pointer])
    assert await rows(loyalty, "select count(*) from returns") == [(0,)]


async def test_L01_concurrent_returns_never_exceed_the_line(loyalty: Client) -> None:
    path = await bought(loyalty)
    answers = await asyncio.gather(*(returned(loyalty, path, (1, "1", "4.75")) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201, 201] + [409] * 6
    assert await rows(loyalty, "select sum(quantity), sum(refund_amount) from return_lines") == [
        (Decimal(2), Decimal("9.50"))
    ]


async def test_L01_an_unknown_purchase_has_no_returns(loyalty: Client) -> None:
    assert (await returned(loyalty, "/v1/purchases/none/returns", (1, "1", "0"))).status_code == 404
    assert (await loyalty.get("/v1/purchases/none/returns")).status_code == 404


async def test_L01_a_return_of_a_return_is_refused(loyalty: Client) -> None:
    path = await bought(loyalty)
    made = (await returned(loyalty, path, (1, "1", "4.75"))).json()
    assert (await returned(loyalty, f"/v1/purchases/{made['id']}/returns", (1, "1", "1"))).status_code == 404
    assert await rows(loyalty, "select count(*) from return_lines") == [(1,)]


@pytest.mark.parametrize(
    ("currency", "paid", "parts"),
    [
        ("JPY", "1000", ["333", "333", "334"]),
        ("USD", "10.00", ["3.33", "3.33", "3.34"]),
        ("KWD", "1.000", ["0.333", "0.333", "0.334"]),
    ],
)
async def test_L01_the_parts_that_come_back_are_exact_in_each_currency(
    loyalty: Client, currency: str, paid: str, parts: list[str]
) -> None:
    thirds = line(quantity="3", list_amount=paid, paid_amount=paid)
    path = await bought(loyalty, currency=currency, lines=[thirds])
    finest = Decimal(1).scaleb(-DECIMALS[currency])
    for part in parts:
        for beyond in (Decimal(part) + finest, Decimal(part) - finest / 10):
            answer = await returned(loyalty, path, (1, "1", format(beyond, "f")))
            assert (answer.status_code, pointers(answer.json())) == (422, ["/lines/0/refund_amount"])
        made = await returned(loyalty, path, (1, "1", part))
        assert made.json()["lines"][0]["paid_amount"] == part


amounts = st.decimals(0, 10**12, places=3)
quantities = st.lists(st.decimals("0.000001", 10**6, places=6), min_size=1, max_size=8)


@given(quantities, amounts, amounts, st.none() | amounts, st.sampled_from(["JPY", "USD", "KWD"]))
def test_L01_the_shares_of_a_line_add_up_to_it(
    parts: list[Decimal], listed: Decimal, paid: Decimal, cost: Decimal | None, currency: str
) -> None:
    cent = Decimal(1).scaleb(-DECIMALS[currency])
    fit = [None if amount is None else amount.quantize(cent) for amount in (listed, paid, cost)]
    line = left = Amounts(sum(parts, ZERO), fit[0] or ZERO, fit[1] or ZERO, fit[2])
    for quantity in parts:
        part = share(line, left, quantity, currency)
        for told, whole in ((part.list, line.list), (part.paid, line.paid), (part.cost or ZERO, line.cost or ZERO)):
            assert told >= 0
            assert told == told.quantize(cent)
            # the completing return takes what rounding left behind: less than a cent for each return before
            assert abs(told - whole * quantity / line.quantity) < cent * len(parts)
        left = left.minus(part)
    assert (left.quantity, left.list, left.paid, left.cost or ZERO) == (ZERO,) * 4
