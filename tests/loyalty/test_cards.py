"""L03: the card by which a customer is known in every store."""

import asyncio
from typing import Any

import pytest

from tests.loyalty.bills import counts, pointers, rows
from tests.support.client import Client

CARD = {"id": "c-1", "customer_id": "asha"}
ISSUED = "2016-11-01T00:00:00Z"
LOST = "2017-03-01T12:00:00Z"


async def test_L03_anyone_gets_a_card_without_a_purchase(loyalty: Client) -> None:
    answer = await loyalty.post("/v1/cards", CARD | {"occurred_at": ISSUED})
    assert answer.status_code == 201
    assert (answer.headers["Location"], answer.headers["ETag"]) == ("/v1/cards/c-1", '"1"')
    made = answer.json()
    assert (made["customer_id"], made["issued_at"], made["blocked_at"]) == ("asha", ISSUED, None)
    read = await loyalty.get("/v1/cards/c-1")
    assert (read.json(), read.headers["ETag"]) == (made, '"1"')
    assert await counts(loyalty) == (0, 0, 0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"occurred_at": "2016-11-01T05:30:00+05:30"}, 200),
        ({"occurred_at": None}, 200),
        ({"occurred_at": LOST}, 409),
        ({"customer_id": "ben"}, 409),
    ],
)
async def test_L03_the_same_card_again_does_nothing(loyalty: Client, changes: dict[str, Any], status: int) -> None:
    told = CARD | {"occurred_at": ISSUED}
    made = (await loyalty.post("/v1/cards", told)).json()
    again = await loyalty.post("/v1/cards", told | changes)
    assert again.status_code == status
    assert pointers(again.json()) == ["/id"] if status == 409 else again.json() == made
    assert (await loyalty.get("/v1/cards/c-1")).json() == made


async def test_L03_a_card_without_a_moment_is_the_same_when_told_again(loyalty: Client) -> None:
    made = await loyalty.post("/v1/cards", CARD)
    again = await loyalty.post("/v1/cards", CARD)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())


async def test_L03_a_retry_gets_the_first_card(loyalty: Client) -> None:
    answers = [await loyalty.post("/v1/cards", {"customer_id": "asha"}, key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await rows(loyalty, "select count(*) from cards") == [(1,)]


async def test_L03_two_tills_that_issue_one_card_at_once_issue_one(loyalty: Client) -> None:
    answers = await asyncio.gather(*(loyalty.post("/v1/cards", CARD) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert await rows(loyalty, "select count(*) from cards") == [(1,)]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/customer_id"),
        ({"customer_id": "asha\n"}, "/customer_id"),
        ({"customer_id": "asha", "id": "a b"}, "/id"),
        ({"customer_id": "asha", "points": 5}, "/points"),
        ({"customer_id": "asha", "occurred_at": "2016-11-01T00:00:00"}, "/occurred_at"),
        ({"customer_id": "asha", "occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
    ],
)
async def test_L03_a_bad_card_is_refused(loyalty: Client, body: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post("/v1/cards", body)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select count(*) from cards") == [(0,)]


async def test_L03_a_customer_has_several_cards_in_pages(loyalty: Client) -> None:
    for card, customer in (("c-3", "asha"), ("c-1", "asha"), ("b-1", "ben"), ("c-2", "asha")):
        await loyalty.post("/v1/cards", {"id": card, "customer_id": customer})
    first = await loyalty.get("/v1/cards?customer_id=asha&limit=2")
    second = (await loyalty.get(f"/v1/cards?customer_id=asha&limit=2&cursor={first.json()['next']}")).json()
    assert [card["id"] for card in first.json()["items"]] == ["c-1", "c-2"]
    assert ([card["id"] for card in second["items"]], second["next"]) == (["c-3"], None)
    assert 'rel="next"' in first.headers["Link"]
    unnamed = await loyalty.get("/v1/cards")
    assert (unnamed.status_code, pointers(unnamed.json())) == (422, ["/customer_id"])


async def test_L03_a_lost_card_is_blocked_once(loyalty: Client) -> None:
    await loyalty.post("/v1/cards", CARD | {"occurred_at": ISSUED})
    blocked = await loyalty.post("/v1/cards/c-1/block", {"occurred_at": LOST}, match='"1"')
    assert (blocked.status_code, blocked.headers["ETag"], blocked.json()["blocked_at"]) == (200, '"2"', LOST)
    for match in (None, '"2"'):
        again = await loyalty.post("/v1/cards/c-1/block", match=match)
        assert (again.status_code, again.json()) == (200, blocked.json())
    assert (await loyalty.get("/v1/cards/c-1")).json() == blocked.json()


async def test_L03_a_card_is_not_blocked_on_stale_knowledge(loyalty: Client) -> None:
    await loyalty.post("/v1/cards", CARD)
    assert (await loyalty.post("/v1/cards/c-1/block", match='"7"')).status_code == 412
    assert (await loyalty.get("/v1/cards/c-1")).json()["blocked_at"] is None
    assert (await loyalty.post("/v1/cards/c-1/block")).status_code == 200
    assert (await loyalty.post("/v1/cards/c-1/block", match='"1"')).status_code == 412


async def test_L03_a_card_is_lost_after_it_was_issued(loyalty: Client) -> None:
    await loyalty.post("/v1/cards", CARD | {"occurred_at": LOST})
    answer = await loyalty.post("/v1/cards/c-1/block", {"occurred_at": ISSUED})
    assert (answer.status_code, pointers(answer.json())) == (422, ["/occurred_at"])
    assert (await loyalty.get("/v1/cards/c-1")).json()["blocked_at"] is None


async def test_L03_an_unknown_card_is_not_found(loyalty: Client) -> None:
    assert (await loyalty.get("/v1/cards/c-9")).status_code == 404
    assert (await loyalty.post("/v1/cards/c-9/block")).status_code == 404


async def test_L03_one_card_serves_every_store(loyalty: Client) -> None:
    here, there = loyalty.issuer.token(stores=["330"]), loyalty.issuer.token(stores=["331"])
    assert (await loyalty.post("/v1/cards", CARD, bearer=here)).status_code == 201
    assert (await loyalty.get("/v1/cards/c-1", bearer=there)).json()["customer_id"] == "asha"
    listed = (await loyalty.get("/v1/cards?customer_id=asha", bearer=there)).json()["items"]
    assert [card["id"] for card in listed] == ["c-1"]
    assert (await loyalty.post("/v1/cards/c-1/block", bearer=there)).status_code == 200
