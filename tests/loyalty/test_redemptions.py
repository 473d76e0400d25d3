"""L03: points are spent and adjusted at a card, by whom may, up to what there is."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.loyalty.bills import pointers, rows
from tests.loyalty.earning import bought, carded, day, has, heard, member, redeem, said, tick
from tests.support.client import Client

GIVEN: dict[str, Any] = {"points": 50, "currency": "USD", "reason_text": "a spoilt cake", "by": "emp-7"}


async def with_points(client: Client, points: int = 100) -> None:
    """A member with so many points from the 16th day on."""
    await member(client, expiry_days=None)  # what has expired by now is not spent in the past either
    await heard(client, bought("b1", 1, str(points)))
    await tick(client, day(15))


def kind(answer: Any) -> str:
    """The kind of the problem."""
    assert answer.status_code >= 400, answer.text
    found: str = answer.json()["type"].rpartition(":")[2]
    return found


async def test_L03_points_are_spent_once(loyalty: Client) -> None:
    await with_points(loyalty)
    told = {"id": "s1", "purchase_id": "b2", "store_id": "330"}
    made = await redeem(loyalty, 60, 17, **told)
    assert (made.status_code, made.headers["Location"]) == (201, "/v1/cards/c-1/ledger/s1")
    again = await redeem(loyalty, 60, 17, **told)
    assert (again.status_code, again.json()) == (200, made.json())
    assert (await loyalty.get("/v1/cards/c-1/ledger/s1")).json() == made.json()
    assert kind(await redeem(loyalty, 61, 17, **told)) == "conflict"
    assert (made.json()["points"], made.json()["by"], await has(loyalty)) == (-60, "local-admin", (40, 0, 0))
    event = (await loyalty.outbox())[-1]
    assert (event.type, event.time, event.storeid) == ("crm.points.spent.v1", day(17), "330")
    data = event.to_json().decode()
    assert '"points":60,"value":{"amount":"0.90","currency":"USD"},"about_id":"b2"' in data


async def test_L03_of_two_tills_that_spend_the_last_points_one_wins(loyalty: Client) -> None:
    await with_points(loyalty)
    await carded(loyalty, "asha", "c-2")
    answers = await asyncio.gather(*(redeem(loyalty, 100, 20, card=f"c-{1 + till % 2}") for till in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]
    assert {kind(answer) for answer in answers if answer.status_code == 409} == {"not-enough-points"}
    assert await has(loyalty) == (0, 0, 0)


async def test_L03_the_oldest_expiring_points_are_spent_first_and_expired_ones_never(loyalty: Client) -> None:
    await member(loyalty)
    for lot, points, until in (("b", 70, "2099-02-01"), ("a", 40, "2099-01-01"), ("old", 30, "2018-01-01")):
        given = {"id": lot, "points": points, "expires_at": f"{until}T00:00:00Z", "occurred_at": day(1).isoformat()}
        assert (await loyalty.post("/v1/cards/c-1/adjustments", GIVEN | given)).status_code == 201
    spent = (await redeem(loyalty, 50, 19)).json()["entries"]
    assert [(each["lot_id"], each["points"]) for each in spent] == [
        ("adjustment:a", -40), ("adjustment:b", -10), (None, 50),
    ]  # fmt: skip
    answer = await redeem(loyalty, 61, 19)
    assert (kind(answer), answer.json()["detail"]) == ("not-enough-points", "only 60 points can be spent")
    assert await has(loyalty) == (90, 0, 0), "the clock has not looked yet"
    assert await tick(loyalty, datetime.now(UTC)) == 1
    view = (await loyalty.get("/v1/cards/c-1/balance")).json()["balances"][0]
    assert view["next_expiry"] == {"points": 60, "at": "2099-02-01T00:00:00Z"}
    assert view["value"] == "0.90"


async def test_L03_in_the_past_no_more_is_spent_than_there_was_then_and_is_now(loyalty: Client) -> None:
    await with_points(loyalty)
    await heard(loyalty, bought("b2", 20))
    await tick(loyalty, day(34))
    assert kind(await redeem(loyalty, 1, 14)) == "not-enough-points"
    assert kind(await redeem(loyalty, 101, 20)) == "not-enough-points"
    assert (await redeem(loyalty, 150, 40)).status_code == 201
    assert kind(await redeem(loyalty, 1, 20)) == "not-enough-points"
    assert await has(loyalty) == (50, 0, 0)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"points": 0}, "/points"),
        ({"points": -5}, "/points"),
        ({"points": "5"}, "/points"),
        ({"points": 1.5}, "/points"),
        ({"currency": "XXY"}, "/currency"),
        ({"id": "purchase:b2"}, "/id"),
    ],
)
async def test_L03_a_bad_redemption_is_refused(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    await with_points(loyalty)
    before = await rows(loyalty, "select count(*) from movements union all select count(*) from outbox")
    answer = await loyalty.post("/v1/cards/c-1/redemptions", {"points": 5} | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, "select count(*) from movements union all select count(*) from outbox") == before


async def test_L03_a_blocked_card_spends_nothing_and_its_points_stay(loyalty: Client) -> None:
    await with_points(loyalty)
    await carded(loyalty, "asha", "c-2")
    await loyalty.post("/v1/cards/c-1/block", {"occurred_at": day(18).isoformat()})
    answer = await redeem(loyalty, 10, 18)
    assert (kind(answer), answer.json()["detail"]) == (
        "wrong-state",
        "the card is blocked: no points are spent with it",
    )
    assert (await redeem(loyalty, 10, 17)).status_code == 201, "before the loss"
    assert (await redeem(loyalty, 10, 18, card="c-2")).status_code == 201
    assert kind(await redeem(loyalty, 10, 18, card="c-9")) == "not-found"
    assert await has(loyalty, "c-2") == (80, 0, 0)


async def test_L03_points_of_several_currencies_are_different_points(loyalty: Client) -> None:
    await with_points(loyalty)
    euro = {"valid_from": day(0).isoformat(), "currency": "EUR", "points_per_unit": "2", "point_value": "1"}
    assert (await loyalty.post("/v1/programmes", euro | {"expiry_days": None})).status_code == 201
    await heard(loyalty, bought("b2", 1, "30", currency="EUR"))
    await tick(loyalty, day(15))
    assert pointers((await redeem(loyalty, 10, 16)).json()) == ["/currency"]
    assert kind(await redeem(loyalty, 61, 16, currency="EUR")) == "not-enough-points"
    assert (await redeem(loyalty, 60, 16, currency="EUR")).status_code == 201
    assert (await has(loyalty), await has(loyalty, currency="EUR")) == ((100, 0, 0), (0, 0, 0))
    ledger = (await loyalty.get("/v1/cards/c-1/ledger?currency=EUR&limit=1")).json()
    rest = (await loyalty.get(f"/v1/cards/c-1/ledger?currency=EUR&cursor={ledger['next']}")).json()
    assert [each["kind"] for each in ledger["items"] + rest["items"]] == ["spent", "matured", "earned"]


async def test_L03_a_store_spends_for_itself_and_reads_every_card(loyalty: Client) -> None:
    await with_points(loyalty)
    here = loyalty.issuer.token(stores=["330"])
    for store, status in (("331", 403), (None, 403), ("330", 201)):
        body = {"points": 10, "occurred_at": day(17).isoformat(), "store_id": store}
        assert (await loyalty.post("/v1/cards/c-1/redemptions", body, bearer=here)).status_code == status
    for part in ("balance", "ledger"):
        assert (await loyalty.get(f"/v1/cards/c-1/{part}", bearer=here)).status_code == 200
        assert (await loyalty.get(f"/v1/cards/c-9/{part}", bearer=here)).status_code == 404


async def test_L03_an_administrator_adjusts_points_with_a_reason(loyalty: Client) -> None:
    await with_points(loyalty)
    path, at = "/v1/cards/c-1/adjustments", {"occurred_at": day(20).isoformat()}
    made = await loyalty.post(path, GIVEN | at | {"id": "a1"})
    assert (made.status_code, made.json()["by"], made.json()["reason_text"]) == (201, "emp-7", "a spoilt cake")
    assert (await loyalty.post(path, GIVEN | at | {"id": "a1"})).status_code == 200
    assert await has(loyalty) == (150, 0, 0)
    taken = await loyalty.post(path, GIVEN | at | {"points": -170})
    assert (taken.status_code, await has(loyalty)) == (201, (0, 0, 20))
    assert (await said(loyalty))[1:] == [("earned", 50, "adjustment", None), ("reversed", 170, "adjustment", None)]
    assert "spoilt" not in "".join(event.to_json().decode() for event in await loyalty.outbox())
    others = loyalty.issuer.token(["loyalty:read", "loyalty:write"])
    assert (await loyalty.post(path, GIVEN, bearer=others)).status_code == 403
    refused = await loyalty.post(path, GIVEN | at | {"currency": "CHF"})
    assert (kind(refused), refused.json()["detail"]) == ("wrong-state", "no programme of CHF was in force then")
    for changes, pointer in (
        ({"points": 0}, "/points"),
        ({"reason_text": ""}, "/reason_text"),
        ({"expires_at": day(20).isoformat()}, "/expires_at"),
    ):
        answer = await loyalty.post(path, GIVEN | at | changes)
        assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await has(loyalty) == (0, 0, 20)
