"""L01: what a purchase may say, to the cent."""

from typing import Any

import pytest

from tests.loyalty.bills import bill, counts, line, pointers
from tests.support.client import Client
from tests.support.told import BEFORE


@pytest.mark.parametrize(
    ("currency", "amount", "status", "stored"),
    [
        ("USD", "9.505", 422, None),
        ("USD", "9.500", 201, "9.50"),
        ("JPY", "950", 201, "950"),
        ("JPY", "950.5", 422, None),
        ("KWD", "9.505", 201, "9.505"),
        ("KWD", "9.5055", 422, None),
        ("USD", "0", 201, "0.00"),
    ],
)
async def test_L01_amounts_fit_their_currency(
    loyalty: Client, currency: str, amount: str, status: int, stored: str | None
) -> None:
    lines = [line(list_amount="10"), line(list_amount="10", paid_amount=amount)]
    lines[0]["paid_amount"] = "9"
    answer = await loyalty.post("/v1/purchases", bill(currency=currency, lines=lines))
    assert answer.status_code == status
    if stored is None:
        assert pointers(answer.json()) == ["/lines/1/paid_amount"]
    else:
        assert answer.json()["lines"][1]["paid_amount"] == stored
        [event] = await loyalty.outbox()
        assert f'"amount":"{stored}"' in event.to_json().decode()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"currency": "XXQ"}, "/currency"),
        ({"currency": "usd"}, "/currency"),
        ({"occurred_at": "2017-01-01T00:00:00"}, "/occurred_at"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
        ({"occurred_at": 1483271606}, "/occurred_at"),
        *[({"occurred_at": time}, "/occurred_at") for time in BEFORE],
        *[({"lines": [line(due_at=time)]}, "/lines/0/due_at") for time in [*BEFORE, "2200-12-31T23:59:59-23:59"]],
        ({"lines": []}, "/lines"),
        ({"lines": [line()] * 501}, "/lines"),
        ({"lines": None}, "/lines"),
        ({"customer_id": "a\x00b"}, "/customer_id"),
        ({"customer_id": "asha\n"}, "/customer_id"),
        ({"surprise": 1}, "/surprise"),
        ({"simulated": "yes"}, "/simulated"),
        ({"store_id": None}, "/store_id"),
        ({"customer_id": None, "card_id": "c-1"}, "/card_id"),
        ({"lines": [line(quantity="-1")]}, "/lines/0/quantity"),
        ({"lines": [line(quantity="0.0000001")]}, "/lines/0/quantity"),
        ({"lines": [line(quantity=1)]}, "/lines/0/quantity"),
        ({"lines": [line(quantity="٣")]}, "/lines/0/quantity"),
        ({"lines": [line(paid_amount=9.5)]}, "/lines/0/paid_amount"),
        ({"lines": [line(paid_amount="1e1")]}, "/lines/0/paid_amount"),
        ({"lines": [line(paid_amount="NaN")]}, "/lines/0/paid_amount"),
        ({"lines": [line(list_amount="9.505")]}, "/lines/0/list_amount"),
        ({"lines": [line(cost_amount="9.505")]}, "/lines/0/cost_amount"),
        ({"lines": [line(category="fresh fruit")]}, "/lines/0/category"),
        ({"lines": [line(discount_kind="gift")]}, "/lines/0/discount_kind"),
        ({"lines": [line(due_at="0001-01-01T00:00:00+14:00")]}, "/lines/0/due_at"),
        ({"lines": [line(colour="red")]}, "/lines/0/colour"),
    ],
)
async def test_L01_bad_input_points_at_the_field_and_changes_nothing(
    loyalty: Client, changes: dict[str, Any], pointer: str
) -> None:
    answer = await loyalty.post("/v1/purchases", bill(**changes))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert pointers(answer.json()) == [pointer]
    assert await counts(loyalty) == (0, 0, 0)
