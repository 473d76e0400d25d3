"""C04 in loyalty: what happened to a bill after it was paid and to a card, and who changed the catalogue."""

import asyncio
from typing import Any

from tests.loyalty.bills import bill, line
from tests.support.client import Client

CATEGORY: dict[str, Any] = {"name": "Grocery", "offered_from": "2016-01-01", "assumed_margin": "0.25"}
STORE = {"time_zone": "America/New_York", "region": "east"}
CAMPAIGN = {"id": "18", "name": "Autumn", "kind": "mass", "starts_on": "2017-10-30", "ends_on": "2017-12-24"}
BACK = {"occurred_at": "2017-01-03T10:00:00Z", "reason": "unwanted"}


async def history(loyalty: Client, path: str, **options: Any) -> list[dict[str, Any]]:
    """All that is told of an entity, the newest first."""
    answer = await loyalty.get(f"/v1/{path}/history", **options)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def give_back(loyalty: Client, number: int, **options: Any) -> int:
    """One piece comes back; the answer's status."""
    lines = [{"line": 1, "quantity": "1", "refund_amount": "4.75"}]
    answer = await loyalty.post("/v1/purchases/b1/returns", BACK | {"id": f"r{number}", "lines": lines}, **options)
    return answer.status_code


async def test_L01_a_purchases_history_tells_its_returns(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    assert await history(loyalty, "purchases/b1") == []
    desk = loyalty.issuer.token(sub="desk-1")
    assert [await give_back(loyalty, 1, bearer=desk) for _ in range(2)] == [201, 200]
    [change] = await history(loyalty, "purchases/b1")
    assert (change["part"], change["what"], change["by"]) == ("returns/r1", "return", "desk-1")
    assert (change["version"], change["at"], change["before"]) == (1, BACK["occurred_at"], None)
    assert change["after"] == {
        "reason": "unwanted",
        "lines": [{"line": 1, "quantity": "1", "refund_amount": "4.75"}],
    }


async def test_L01_returns_at_once_are_told_once_each(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1", lines=[line(quantity="5", paid_amount="50.00")]))
    codes = await asyncio.gather(*(give_back(loyalty, number) for number in range(8)))
    assert sorted(codes) == [201] * 5 + [409] * 3
    parts = [change["part"] for change in await history(loyalty, "purchases/b1")]
    listed = (await loyalty.get("/v1/purchases/b1/returns")).json()["items"]
    assert sorted(parts) == sorted(f"returns/{each['id']}" for each in listed)


async def test_L02_an_import_leaves_no_history(loyalty: Client) -> None:
    await loyalty.stream("/v1/imports/purchases", [bill(id="b1")])
    assert await history(loyalty, "purchases/b1") == []


async def test_L05_the_catalogues_history_tells_who_changed_what(loyalty: Client) -> None:
    buyer = loyalty.issuer.token(sub="buyer-3")
    for path, body, change in (
        ("categories/GROCERY", CATEGORY, {"assumed_margin": "0.3", "offered_until": "2017-06-01"}),
        ("stores/330", STORE, {"region": "west", "closed_on": "2017-12-31"}),
    ):
        for told, match in ((body, None), (body, None), (body | change, '"1"'), (body | change, '"2"')):
            assert (await loyalty.put(f"/v1/{path}", told, match=match, bearer=buyer)).is_success
        changed, created = await history(loyalty, path)
        assert (created["what"], created["before"], created["after"]) == ("create", None, body)
        assert (changed["what"], changed["version"], changed["by"]) == ("change", 2, "buyer-3")
        assert changed["before"] == {name: body.get(name) for name in change}
        assert changed["after"] == change


async def test_L06_a_campaigns_history_tells_its_creation(loyalty: Client) -> None:
    for _ in range(2):
        assert (await loyalty.post("/v1/campaigns", CAMPAIGN)).is_success
    [created] = await history(loyalty, "campaigns/18")
    assert (created["what"], created["version"], created["before"]) == ("create", 1, None)
    assert created["after"]["ends_on"] == "2017-12-24"


async def test_L03_a_cards_history_tells_who_issued_and_who_blocked_it(loyalty: Client) -> None:
    till, desk = (loyalty.issuer.token(sub=name) for name in ("till-1", "desk-1"))
    issued, lost = "2016-11-01T00:00:00Z", "2017-03-01T12:00:00Z"
    for _ in range(2):
        card = {"id": "c-1", "customer_id": "asha", "occurred_at": issued}
        assert (await loyalty.post("/v1/cards", card, bearer=till)).is_success
    for _ in range(2):
        assert (await loyalty.post("/v1/cards/c-1/block", {"occurred_at": lost}, bearer=desk)).is_success
    blocked, made = await history(loyalty, "cards/c-1")
    assert [made[name] for name in ("what", "version", "by", "at", "before")] == ["issue", 1, "till-1", issued, None]
    assert made["after"] == {"customer_id": "asha", "issued_at": issued}
    assert [blocked[name] for name in ("what", "version", "by", "at")] == ["block", 2, "desk-1", lost]
    assert (blocked["before"], blocked["after"]) == ({"blocked_at": None}, {"blocked_at": lost})


async def test_C04_of_nothing_nothing_is_known(loyalty: Client) -> None:
    for path in ("purchases/b1", "categories/X", "stores/9", "campaigns/9", "cards/9"):
        assert (await loyalty.get(f"/v1/{path}/history")).status_code == 404, path


async def test_W06_another_stores_purchase_keeps_its_history_to_itself(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1"))
    answers = [
        await loyalty.get("/v1/purchases/b1/history", bearer=loyalty.issuer.token(stores=[store]))
        for store in ("330", "7")
    ]
    assert [answer.status_code for answer in answers] == [200, 404]
