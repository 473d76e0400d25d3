"""L10: what was earned and shared back: the sums of one customer, in the service by itself."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.loyalty.shared_back.domain import Gifts, Points, Sold, gathered
from services.loyalty.workers import working
from shared.events import Event, Money
from shared.events.customers import CustomerErased, CustomerMerged
from shared.events.visits import GestureMade
from tests.loyalty.bills import bill, line, pointers, rows
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

WORK = working(WORKER_SETTINGS)
DAY = datetime(2017, 1, 2, tzinfo=UTC)
OF_2017 = "?from=2017-01-01&to=2018-01-01"


def gift(subject: str, customer: str = "asha", cost: str | None = "2.00", at: datetime = DAY) -> Event:
    """A gesture, at a cost in USD where it is told."""
    money = None if cost is None else Money(amount=Decimal(cost), currency="USD")
    return told(GestureMade(kind="social", cost=money), customer, subject, at)


async def bought(loyalty: Client, *lines: dict[str, Any], **more: Any) -> str:
    """The path of the purchase of these lines."""
    answer = await loyalty.post("/v1/purchases", bill(lines=list(lines), **more))
    assert answer.status_code == 201, answer.text
    return f"/v1/purchases/{answer.json()['id']}"


async def found(loyalty: Client, customer: str = "asha", query: str = OF_2017) -> dict[str, Any]:
    """What was shared back."""
    answer = await loyalty.get(f"/v1/customers/{customer}/shared-back{query}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def in_usd(loyalty: Client, customer: str = "asha", query: str = OF_2017) -> dict[str, Any]:
    """The same, in the one currency that there is."""
    [one] = (await found(loyalty, customer, query))["currencies"]
    assert one["currency"] == "USD"
    returned: dict[str, Any] = one
    return returned


async def test_L10_a_line_counts_once_under_its_kind_of_discount(loyalty: Client) -> None:
    await bought(
        loyalty,
        line(paid_amount="9.00", discount_kind="volume", cost_amount="4.00"),
        line(paid_amount="8.00", discount_kind="coupon", tier="gold", cost_amount="4.00"),
        line(paid_amount="7.00", tier="gold", cost_amount="4.00"),
        line(paid_amount="6.50", cost_amount="4.00"),
    )
    told = await in_usd(loyalty)
    kinds = {"volume": "1.00", "bundle": "0", "price_lock": "0", "coupon": "2.00", "tier": "3.00", "other": "3.50"}
    assert told["discounts"] == {"total": "9.50", "by_kind": kinds}
    assert (told["list_amount"], told["paid_amount"], told["shared_back"]) == ("40.00", "30.50", "9.50")
    assert told["margin"] == {"amount": "24.00", "discounts": "9.50", "assumed": False, "unknown_lines": 0}
    assert told["share"] == round(9.5 / 24, 6)


async def test_L10_an_assumed_margin_is_named_and_what_nobody_knows_is_left_out(loyalty: Client) -> None:
    for name, offered in (("DELI", ("2016-01-01", "2017-06-01")), ("TOYS", ("2017-06-01", None))):
        category = {"name": name, "offered_from": offered[0], "offered_until": offered[1], "assumed_margin": "0.25"}
        assert (await loyalty.put(f"/v1/categories/{name}", category)).status_code == 201
    lines = [line(category=name, paid_amount="8.00") for name in ("DELI", "TOYS", "GROCERY")]
    await bought(loyalty, *lines)
    told = await in_usd(loyalty)
    # DELI at the margin of the day of the sale, TOYS at today's: 10.00 - 8.00 * 0.75 each; GROCERY has none
    assert told["margin"] == {"amount": "8.0000", "discounts": "4.00", "assumed": True, "unknown_lines": 1}
    assert (told["shared_back"], told["share"]) == ("6.00", 0.5)
    await bought(loyalty, line(category="DELI"), customer_id="ben", occurred_at="2017-07-01T00:00:00Z")
    no_more = await in_usd(loyalty, "ben")
    assert (no_more["margin"]["amount"], no_more["margin"]["unknown_lines"], no_more["share"]) == (None, 1, None)


async def test_L10_what_came_back_is_netted_at_the_time_of_the_purchase(loyalty: Client) -> None:
    path = await bought(loyalty, line(cost_amount="4.00"), line(paid_amount="5.00"))
    back = [{"line": 1, "quantity": "1", "refund_amount": "4.75"}, {"line": 2, "quantity": "2", "refund_amount": "5"}]
    given_back = {"occurred_at": "2019-01-03T00:00:00Z", "reason": "unwanted", "lines": back}
    assert (await loyalty.post(f"{path}/returns", given_back)).status_code == 201
    told = await in_usd(loyalty)
    assert (told["list_amount"], told["paid_amount"], told["discounts"]["total"]) == ("5.00", "4.75", "0.25")
    assert told["margin"] == {"amount": "3.00", "discounts": "0.25", "assumed": False, "unknown_lines": 0}


async def test_L10_each_currency_and_period_by_itself(loyalty: Client) -> None:
    await bought(loyalty, line())
    await bought(loyalty, line(list_amount="1000", paid_amount="900"), currency="JPY")
    await bought(loyalty, line(), occurred_at="2018-01-01T00:00:00Z")
    both = (await found(loyalty))["currencies"]
    assert [(each["currency"], each["shared_back"]) for each in both] == [("JPY", "100"), ("USD", "0.50")]
    exact = "?from=2018-01-01T00:00:00Z&to=2018-01-01T00:00:01Z"
    assert (await in_usd(loyalty, query=exact))["list_amount"] == "10.00"
    assert (await found(loyalty, query=""))["currencies"] == []
    assert (await found(loyalty, "nobody-known"))["currencies"] == []


async def test_L10_gifts_are_kept_once_at_the_cost_that_was_told(loyalty: Client) -> None:
    events = [gift("g1"), gift("g1", cost="9.00"), gift("g2", cost=None), gift("g3", "store:330"), gift("g4", "ben")]
    await asyncio.gather(*(handled(loyalty, WORK, *events) for _ in range(2)))
    await handled(loyalty, WORK, gift("late", at=datetime(2018, 1, 1, tzinfo=UTC)))
    body = await found(loyalty)
    assert (body["gifts_of_unknown_cost"], body["currencies"][0]["gifts"]) == (1, {"count": 1, "cost": "2.00"})
    assert (body["currencies"][0]["shared_back"], body["currencies"][0]["share"]) == ("2.00", None)
    assert await rows(loyalty, "select id from gifts order by id") == [("g1",), ("g2",), ("g4",), ("late",)]


async def test_L10_one_customer_under_several_ids(loyalty: Client) -> None:
    await bought(loyalty, line(), customer_id="asha-2")
    await bought(loyalty, line())
    await handled(loyalty, WORK, gift("g1", "asha-2"))
    assert (await in_usd(loyalty))["shared_back"] == "0.50"
    await handled(loyalty, WORK, told(CustomerMerged(into="asha", at=DAY), "asha-2", "asha-2"))
    for name in ("asha", "asha-2"):
        assert (await in_usd(loyalty, name))["shared_back"] == "3.00"


async def test_L10_gifts_of_who_is_erased_go_and_none_is_kept(loyalty: Client) -> None:
    await handled(loyalty, WORK, gift("g1"), gift("g2", "ben"))
    await handled(loyalty, WORK, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    await handled(loyalty, WORK, gift("g3"), gift("g4", "ben"))
    assert await rows(loyalty, "select id, customer_id from gifts order by id") == [("g2", "ben"), ("g4", "ben")]
    answer = await loyalty.get("/v1/customers/asha/shared-back")
    assert (answer.status_code, answer.json()["type"]) == (410, "urn:elevenfold:problem:gone")


@pytest.mark.parametrize("query", ["?from=2017-01-02&to=2017-01-02", "?from=2017-01-02&to=2017-01-01T23:59:59Z"])
async def test_L10_a_period_ends_after_it_begins(loyalty: Client, query: str) -> None:
    answer = await loyalty.get(f"/v1/customers/asha/shared-back{query}")
    assert (answer.status_code, pointers(answer.json())) == (422, ["/to"])


async def test_L10_every_store_may_read_a_customer_s(loyalty: Client) -> None:
    bound = loyalty.issuer.token(stores=["1"])
    assert (await loyalty.get("/v1/customers/asha/shared-back", bearer=bound)).status_code == 200
    assert (await loyalty.get("/v1/customers/asha/shared-back?from=soon")).status_code == 422


def test_L10_points_count_when_they_are_spent() -> None:
    lines = Sold("USD", "other", Decimal(20), Decimal(19), Decimal(8), Decimal(1), assumed=False, unknown_lines=0)
    points = Points("USD", spent=100, value=Decimal(1), earned=900, expired=50, rewards=200)
    [usd] = gathered([lines], [points], [Gifts("USD", 1, Decimal(2)), Gifts(None, 3)])
    assert (usd.total, usd.share) == (Decimal(4), Decimal("0.5"))
    [alone] = gathered([], [points], [])
    assert (alone.total, alone.share) == (Decimal(1), None)
