"""L09: the register of competitors, and their offers beside what our customers pay."""

import asyncio
from typing import Any

import pytest

from tests.loyalty.bills import bill, line, pointers, rows
from tests.support.client import Client

RIVAL = "/v1/competitors/rival"
OFFER = f"{RIVAL}/offers/o1"
TOLD: dict[str, Any] = {
    "name": "Rival & Sons",
    "directness": "direct",
    "objectives": "grow in the north",
    "strengths": ["price"],
    "weaknesses": ["service", "opening hours"],
    "programme": "Rival Club",
}
MILK: dict[str, Any] = {"product_id": "1", "currency": "USD", "price": "5.00", "seen_on": "2026-03-01"}


async def test_L09_a_competitor_is_put_once_and_changed_on_what_was_read(loyalty: Client) -> None:
    first, again = [await loyalty.put(RIVAL, TOLD) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert (first.headers["Location"], first.json()["reactions"]) == (RIVAL, [])
    changed = TOLD | {"strengths": ["price", "parking"], "programme": None}
    assert (await loyalty.put(RIVAL, changed)).status_code == 428
    assert (await loyalty.put(RIVAL, changed, match='"7"')).status_code == 412
    assert (await loyalty.put(RIVAL, changed, match='"1"')).json()["strengths"] == ["price", "parking"]
    [change, _] = (await loyalty.get(f"{RIVAL}/history")).json()["items"]
    assert (change["what"], change["before"]["programme"], change["after"]["programme"]) == (
        "change",
        "Rival Club",
        None,
    )
    assert [each["id"] for each in (await loyalty.get("/v1/competitors")).json()["items"]] == ["rival"]
    assert (await loyalty.get("/v1/competitors/nobody")).status_code == 404
    assert await loyalty.outbox() == []


async def test_L09_of_two_who_put_one_competitor_at_once_one_creates_it(loyalty: Client) -> None:
    answers = await asyncio.gather(*(loyalty.put(RIVAL, TOLD | {"name": f"Rival {n}"}) for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 428, 428, 428]


async def test_L09_an_offer_is_of_a_competitor_in_the_register(loyalty: Client) -> None:
    assert (await loyalty.put(OFFER, MILK)).status_code == 404
    await loyalty.put(RIVAL, TOLD)
    made = await loyalty.put(OFFER, MILK)
    assert (made.status_code, made.headers["Location"]) == (201, OFFER)
    assert (await loyalty.put(OFFER, MILK | {"price": "5"})).status_code == 200
    assert (await loyalty.put(OFFER, MILK | {"price": "4.50"})).status_code == 428
    assert (await loyalty.put(OFFER, MILK | {"price": "4.50"}, match='"1"')).json()["price"] == "4.50"
    [listed] = (await loyalty.get(f"{RIVAL}/offers")).json()["items"]
    assert listed == (await loyalty.get(OFFER)).json()
    parts = [change["part"] for change in (await loyalty.get(f"{RIVAL}/history")).json()["items"]]
    assert parts == ["offers/o1", "offers/o1", None]


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (RIVAL, TOLD | {"directness": "fierce"}, "/directness"),
        (RIVAL, {"directness": "direct"}, "/name"),
        (RIVAL, TOLD | {"weaknesses": [""]}, "/weaknesses/0"),
        (OFFER, MILK | {"category": "GROCERY"}, "/product_id"),
        (OFFER, MILK | {"product_id": None}, "/product_id"),
        (OFFER, MILK | {"price": "5.001"}, "/price"),
        (OFFER, MILK | {"price": 5}, "/price"),
        (OFFER, MILK | {"price": None}, "/price"),
        (OFFER, MILK | {"currency": "XXQ"}, "/currency"),
        (OFFER, MILK | {"seen_on": "yesterday"}, "/seen_on"),
    ],
)
async def test_L09_bad_input_changes_nothing(loyalty: Client, path: str, body: dict[str, Any], pointer: str) -> None:
    await loyalty.put(RIVAL, TOLD | {"name": "before"})
    answer = await loyalty.put(path, body, match='"1"' if path == RIVAL else None)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert (await loyalty.get(RIVAL)).json()["name"] == "before"
    assert await rows(loyalty, "select count(*) from competitor_offers") == [(0,)]


async def test_L09_the_register_is_the_whole_chain_s(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    bearer = loyalty.issuer.token(stores=["330"])
    for path, body in ((RIVAL, TOLD), (OFFER, MILK)):
        assert (await loyalty.put(path, body, bearer=bearer, match='"1"')).status_code == 403
    for path, status in ((RIVAL, 200), (f"{RIVAL}/comparison?currency=USD", 403), (f"{RIVAL}/observations", 403)):
        assert (await loyalty.get(path, bearer=bearer)).status_code == status


async def test_L09_their_offer_stands_beside_the_median_that_was_paid(loyalty: Client) -> None:
    await loyalty.put(RIVAL, TOLD)
    await loyalty.put(OFFER, MILK)
    await loyalty.put(f"{RIVAL}/offers/o2", MILK | {"product_id": None, "category": "BAKERY", "price": "2.00"})
    await loyalty.put(f"{RIVAL}/offers/o3", MILK | {"product_id": "unsold"})
    await loyalty.put(f"{RIVAL}/offers/o4", MILK | {"seen_on": "2026-03-02"})
    await loyalty.put(f"{RIVAL}/offers/o5", MILK | {"currency": "CHF"})
    paid = [("2025-12-01T12:00:01Z", "2.00"), ("2026-02-28T12:00:00Z", "12.00"), ("2026-02-28T12:00:00Z", "8.00")]
    paid += [("2025-12-01T12:00:00Z", "0.02"), ("2026-03-01T12:00:01Z", "99.00"), ("2026-01-01T12:00:00Z", "8.50")]
    for when, amount in paid:
        lines = [line(paid_amount=amount, list_amount=amount), line(quantity="0", paid_amount="1.00")]
        lines.append(line(product_id="2", category="BAKERY", quantity="3", paid_amount="2.00"))
        assert (await loyalty.post("/v1/purchases", bill(occurred_at=when, lines=lines))).status_code == 201
    await loyalty.post("/v1/purchases", bill(currency="EUR", occurred_at="2026-02-28T12:00:00Z"))
    compared = (await loyalty.get(f"{RIVAL}/comparison?currency=USD&as_of=2026-03-01T12:00:00Z")).json()["items"]
    assert [
        (each["offer"]["id"], each["ours"], each["n"], each["difference"], each["cheaper"]) for each in compared
    ] == [
        ("o1", "4.000000", 4, "0.2500", "ours"),
        ("o2", "0.666667", 4, "2.0000", "ours"),
        ("o3", None, 0, None, None),
    ]
