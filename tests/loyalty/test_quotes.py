"""L04: what a bill would come to by the agreements of a customer."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.agreements.domain import Agreement, Step, Wanted, best, misordered
from shared.events.customers import CustomerMerged
from shared.money import DECIMALS
from tests.loyalty.bills import pointers, rows
from tests.loyalty.test_agreements import PRICES, WORK, agreed
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.told import NOON, told

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
LINE = {"product_id": "1", "category": "GROCERY", "quantity": "10", "list_amount": "10.33"}
ASKED: dict[str, Any] = {"id": "q1", "customer_id": "asha", "currency": "USD", "occurred_at": NOON.isoformat()}
SHARES = st.decimals(min_value=0, max_value=1, places=4).filter(bool)
QUANTITIES = st.decimals(min_value=0, max_value=1000, places=3)
AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


def shown(quote: Any) -> list[tuple[str, str | None, str]]:
    """Of each line what is paid, by which agreement, and what is saved."""
    return [(line["paid_amount"], line["agreement_id"], line["saved"]) for line in quote["lines"]]


async def test_L04_each_line_is_quoted_at_its_best_agreement(loyalty: Client) -> None:
    await agreed(loyalty)
    await agreed(loyalty, id="a0", category=None, product_id="9", steps=PRICES)
    await agreed(loyalty, id="a2", category="DELI", valid_from=(NOON + timedelta(seconds=1)).isoformat())
    await agreed(loyalty, id="a3", category="DELI", currency="EUR")
    await agreed(loyalty, id="a4", category="DELI", valid_until=NOON.isoformat())
    lines = [
        LINE,
        LINE | {"product_id": "9", "quantity": "40", "list_amount": "100"},
        LINE | {"category": "DELI", "quantity": "99"},
        LINE | {"product_id": "9", "quantity": "1", "list_amount": "1"},
    ]
    answer = await loyalty.post("/v1/quotes", ASKED | {"lines": lines})
    assert (answer.status_code, answer.headers["Location"]) == (201, "/v1/quotes/q1")
    # 51 pieces of groceries: a tenth off, rounded down; 41 of product 9 at 1.50, if that is less than the list price
    expected = [("9.29", "a1", "1.04"), ("60.00", "a0", "40.00"), ("10.33", None, "0.00"), ("0.90", "a1", "0.10")]
    assert shown(answer.json()) == expected
    assert (await loyalty.get("/v1/quotes/q1")).json() == answer.json()


async def test_L04_a_quote_stays_what_was_told(loyalty: Client) -> None:
    body = ASKED | {"lines": [LINE]}
    first = await asyncio.gather(*(loyalty.post("/v1/quotes", body) for _ in range(3)))
    assert sorted(answer.status_code for answer in first) == [200, 200, 201]
    await agreed(loyalty)
    again = await loyalty.post("/v1/quotes", body)
    assert (again.status_code, shown(again.json())) == (200, [("10.33", None, "0.00")])
    assert (await loyalty.post("/v1/quotes", body | {"currency": "EUR"})).status_code == 409
    assert shown((await loyalty.post("/v1/quotes", body | {"id": "q2"})).json()) == [("9.81", "a1", "0.52")]


async def test_L04_a_merged_customer_is_quoted_by_all_their_agreements(loyalty: Client) -> None:
    await agreed(loyalty, customer_id="ben")
    await handled(loyalty, WORK, told(CustomerMerged(into="ben", at=NOON), "asha", "asha"))
    assert shown((await loyalty.post("/v1/quotes", ASKED | {"lines": [LINE]})).json()) == [("9.81", "a1", "0.52")]


async def test_L04_a_quote_belongs_to_its_store(loyalty: Client) -> None:
    here, there = (loyalty.issuer.token(stores=[store]) for store in ("330", "7"))
    body = ASKED | {"store_id": "330", "lines": [LINE]}
    assert (await loyalty.post("/v1/quotes", body, bearer=there)).status_code == 403
    assert (await loyalty.post("/v1/quotes", body | {"store_id": None}, bearer=here)).status_code == 403
    assert (await loyalty.post("/v1/quotes", body, bearer=here)).status_code == 201
    read = [(await loyalty.get("/v1/quotes/q1", bearer=token)).status_code for token in (here, there)]
    assert read == [200, 404]
    assert (await loyalty.post("/v1/quotes", body | {"id": "q2", "store_id": None})).status_code == 201
    assert (await loyalty.get("/v1/quotes/q2", bearer=there)).status_code == 200, "of no store: in every store"


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"quantity": "0"}, "/lines/0/quantity"),
        ({"list_amount": "1.001"}, "/lines/0/list_amount"),
        ({"list_amount": "-1"}, "/lines/0/list_amount"),
        ({"category": None}, "/lines/0/category"),
    ],
)
async def test_L04_what_can_not_be_quoted_is_refused(loyalty: Client, line: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post("/v1/quotes", ASKED | {"lines": [LINE | line]})
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select count(*) from quotes") == [(0,)]


@st.composite
def agreements(draw: st.DrawFn) -> list[Agreement]:
    """Some agreements about one of two categories or products."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        least = sorted(draw(st.sets(QUANTITIES, min_size=1, max_size=3)))
        if draw(st.booleans()):
            shares = sorted(draw(st.sets(SHARES, min_size=len(least), max_size=len(least))))
            steps = tuple(Step(at, discount_share=share) for at, share in zip(least, shares, strict=True))
        else:
            prices = sorted(draw(st.sets(AMOUNTS, min_size=len(least), max_size=len(least))), reverse=True)
            steps = tuple(Step(at, unit_price=price) for at, price in zip(least, prices, strict=True))
        assert misordered(steps) is None
        of = draw(st.sampled_from([("A", None), ("B", None), (None, "1"), (None, "2")]))
        found.append(Agreement(f"a{number}", *of, "USD", steps, NEW_YEAR, None))
    return found


LINES = st.lists(st.builds(Wanted, st.sampled_from("12"), st.sampled_from("AB"), QUANTITIES, AMOUNTS), max_size=4)


@given(agreements(), LINES)
def test_L04_nobody_pays_more_than_the_list_or_any_agreement_of_theirs(
    theirs: list[Agreement], lines: list[Wanted]
) -> None:
    together = best(theirs, lines, "USD")
    assert best(theirs[::-1], lines, "USD") == together
    for alone in [best([each], lines, "USD") for each in theirs]:
        assert all(price.paid <= other.paid for price, other in zip(together, alone, strict=True))
    for line, price in zip(lines, together, strict=True):
        assert 0 <= price.paid <= line.list_amount
        assert (price.agreement_id is None) == (price.paid == line.list_amount)


@pytest.mark.parametrize(("currency", "paid"), [("JPY", "66"), ("USD", "66.66"), ("KWD", "66.666")])
def test_L04_prices_are_rounded_down_to_the_currency(currency: str, paid: str) -> None:
    third = Agreement("a", "A", None, currency, (Step(Decimal(1), discount_share=Decimal("0.333333")),), NEW_YEAR, None)
    [price] = best([third], [Wanted("1", "A", Decimal(1), Decimal("99.999"))], currency)
    assert (str(price.paid), -(price.paid.as_tuple().exponent)) == (paid, DECIMALS[currency])  # type: ignore[operator]


def test_L04_of_two_that_come_to_the_same_the_lower_id_is_taken() -> None:
    step = (Step(Decimal(1), unit_price=Decimal(1)),)
    two = [Agreement(name, "A", None, "USD", step, NEW_YEAR, None) for name in ("b", "a")]
    assert best(two, [Wanted("1", "A", Decimal(2), Decimal(5))], "USD")[0].agreement_id == "a"
