"""L01, L02: the largest and finest numbers that are taken in can be read, and nothing beyond them is taken in."""

from typing import Any

import pytest

from tests.loyalty.bills import Body, bill, counts, line, pointers
from tests.support.client import Client

LARGEST = "999999999999"
MOST = {"quantity": f"{LARGEST}.999999", "list_amount": f"{LARGEST}.99", "paid_amount": f"{LARGEST}.99"}
FINEST = f"{LARGEST}.9999"
BEYOND = [
    *[(name, "1000000000000") for name in ("quantity", "list_amount", "paid_amount", "cost_amount")],
    *[("paid_amount", "123456789012345"), ("quantity", "1234567890123"), ("quantity", "0.0000001")],
]


def extremes() -> list[Body]:
    """Bills with the largest and the finest numbers."""
    fine = dict.fromkeys(("list_amount", "paid_amount", "cost_amount"), FINEST)
    return [
        bill(id="most", lines=[line(**MOST, cost_amount=f"{LARGEST}.99")] * 2),
        bill(id="fine", currency="CLF", lines=[line(**fine, quantity="0.000001")]),
        bill(id="ended", currency="BGN", lines=[line(**MOST)]),
    ]


async def check_all_is_read(loyalty: Client) -> None:
    """Every bill can be read by its id, in the list and from its event, exactly as it was told."""
    listed = {item["id"]: item for item in (await loyalty.get("/v1/purchases")).json()["items"]}
    events = {event.subject: event.model_dump(mode="json")["data"] for event in await loyalty.outbox()}
    for sent in extremes():
        one = await loyalty.get(f"/v1/purchases/{sent['id']}")
        assert (one.status_code, one.json()) == (200, listed[sent["id"]])
        for told, shown, event in zip(sent["lines"], one.json()["lines"], events[sent["id"]]["lines"], strict=True):
            assert shown.items() >= told.items()
            assert event["quantity"] == told["quantity"]
            assert event["paid_amount"] == {"amount": told["paid_amount"], "currency": sent["currency"]}


async def test_L01_the_extremes_that_are_posted_can_be_read(loyalty: Client) -> None:
    for body in extremes():
        assert (await loyalty.post("/v1/purchases", body)).status_code == 201
    await check_all_is_read(loyalty)


async def test_L02_the_extremes_that_are_imported_can_be_read(loyalty: Client) -> None:
    *_, end = await loyalty.stream("/v1/imports/purchases", extremes())
    assert end == {"accepted": 3, "duplicate": 0, "rejected": 0}
    await check_all_is_read(loyalty)


async def test_L01_the_extremes_come_back(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", extremes()[0])
    path = "/v1/purchases/most/returns"
    for quantity, refund in (("0.000001", "0"), (f"{LARGEST}.999998", "999999999999.99")):
        lines = [{"line": 1, "quantity": quantity, "refund_amount": refund}]
        told: dict[str, Any] = {"occurred_at": "2017-01-02T00:00:00Z", "reason": "defective", "lines": lines}
        assert (await loyalty.post(path, told)).status_code == 201
    parts = [item["lines"][0] for item in (await loyalty.get(path)).json()["items"]]
    assert [part["quantity"] for part in parts] == ["0.000001", f"{LARGEST}.999998"]
    assert [part["whole"] for part in parts] == [False, True]


@pytest.mark.parametrize(("name", "value"), BEYOND)
async def test_L01_nothing_beyond_the_extremes_is_taken(loyalty: Client, name: str, value: str) -> None:
    answer = await loyalty.post("/v1/purchases", bill(lines=[line(), line(**{name: value})]))
    assert (answer.status_code, pointers(answer.json())) == (422, [f"/lines/1/{name}"])
    assert await counts(loyalty) == (0, 0, 0)


async def test_L02_nothing_beyond_the_extremes_is_imported(loyalty: Client) -> None:
    sent = [bill(lines=[line(), line(**{name: value})]) for name, value in BEYOND]
    *verdicts, end = await loyalty.stream("/v1/imports/purchases", [*sent, bill()])
    assert [pointers(verdict["problem"]) for verdict in verdicts[:-1]] == [[f"/lines/1/{name}"] for name, _ in BEYOND]
    assert end == {"accepted": 1, "duplicate": 0, "rejected": len(BEYOND)}
    assert len((await loyalty.get("/v1/purchases")).json()["items"]) == 1


@pytest.mark.parametrize("told", ["1e-1", "1E+0", "٠", "0_0", " 0 ", "-0", "+0", ".5"])
async def test_L05_a_share_is_a_decimal_string(loyalty: Client, told: str) -> None:
    category = {"name": "Grocery", "offered_from": "2016-01-01", "assumed_margin": told}
    answer = await loyalty.put("/v1/categories/GROCERY", category)
    assert (answer.status_code, pointers(answer.json())) == (422, ["/assumed_margin"])
    campaign = {"name": "May", "kind": "mass", "starts_on": "2017-05-01", "ends_on": "2017-05-31"}
    answer = await loyalty.post("/v1/campaigns", campaign | {"control_share": told})
    assert (answer.status_code, pointers(answer.json())) == (422, ["/control_share"])


@pytest.mark.parametrize("told", ["2016-01-01T00:00:00Z", "1899-12-31", "2201-01-01"])
async def test_L05_a_day_is_a_day(loyalty: Client, told: str) -> None:
    answer = await loyalty.put("/v1/categories/GROCERY", {"name": "Grocery", "offered_from": told})
    assert (answer.status_code, pointers(answer.json())) == (422, ["/offered_from"])
