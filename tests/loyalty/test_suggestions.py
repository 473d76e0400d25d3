"""L07: what is proposed to a customer, what was put to them, and what they said."""

import asyncio
from typing import Any

import pytest

from services.loyalty.erasures.forgetting import forget
from shared.database import open_engine
from shared.events.loyalty import SuggestionAnswered, SuggestionMade
from tests.loyalty.bills import pointers, rows
from tests.loyalty.learning import ago, bought, planted, proposals, trained
from tests.support.client import Client

PATH = "/v1/suggestions"
WAX: dict[str, Any] = {"customer_id": "asha", "product_id": "wax", "category": "CARE", "kind": "cross_sell"}
BASKETS = {
    "ann": ["SHOES/boots", "CARE/wax"],
    "ben": ["SHOES/boots", "SHOES/socks", "FOOD/tea"],
    "cem": ["SHOES/boots", "SHOES/socks"],
}
COUNTS = "select (select count(*) from suggestions), (select count(*) from outbox where type like '%suggestion%')"


async def made(client: Client, **changes: Any) -> dict[str, Any]:
    answer = await client.post(PATH, {"id": "s1", "occurred_at": ago(3)} | WAX | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def answered(client: Client, name: str = "s1", match: str = '"1"', **body: Any) -> Any:
    return await client.post(f"{PATH}/{name}/answer", {"accepted": False} | body, match=match)


async def names(client: Client, query: str = "", who: str = "asha") -> list[str]:
    return [item["product_id"] or item["category"] for item in await proposals(client, who, query)]


async def told(client: Client) -> list[Any]:
    return [e for e in await client.outbox() if isinstance(e.data, SuggestionMade | SuggestionAnswered)]


async def test_L07_what_others_buy_together_is_proposed_with_the_reason(loyalty: Client) -> None:
    empty = (await loyalty.get("/v1/customers/asha/suggestions")).json()
    assert empty == {"model": None, "items": []}
    await planted(loyalty, BASKETS)
    await bought(loyalty, "asha", "SHOES/boots")
    before = await rows(loyalty, "select count(*) from outbox")
    model = await trained(loyalty)
    answer = (await loyalty.get("/v1/customers/asha/suggestions")).json()
    assert answer["model"] == {"id": model["id"], "as_of": model["as_of"]}
    wax, socks, tea = answer["items"]
    assert wax == {
        "product_id": "tea",
        "category": "FOOD",
        "kind": "cross_sell",
        "score": 0.5547,
        "reason": "Bought together with boots by 4 customers",
        "because": ["boots"],
        "suggestion_id": None,
    }
    # a category that is new to her, one that is not, and the next of the new
    assert (socks["product_id"], socks["reason"]) == ("socks", "Bought together with boots by 8 customers")
    assert (tea["product_id"], tea["category"]) == ("wax", "CARE")
    assert await names(loyalty, "?limit=1") == ["tea"]
    assert await names(loyalty, "?kind=up_sell") == []
    assert await names(loyalty, who="nobody") == []
    assert await rows(loyalty, "select count(*) from outbox") == before, "reading writes nothing"


async def test_L07_the_next_level_of_what_is_bought_is_an_up_sell(loyalty: Client) -> None:
    for name, level in (("boots", 1), ("better", 3), ("best", 5), ("soles", 3), ("socks", None)):
        await loyalty.put(f"/v1/products/{name}", {"category": "SHOES", "level": level})
    await planted(loyalty, BASKETS | {"dan": ["SHOES/better"]})
    await bought(loyalty, "asha", "SHOES/boots")
    await trained(loyalty)
    better, soles = await proposals(loyalty, "asha", "?kind=up_sell")
    assert (better["product_id"], better["category"], better["score"]) == ("better", "SHOES", 0.2353)
    assert better["reason"] == "The next level above boots, bought by 4 customers"
    assert (soles["product_id"], soles["because"]) == ("soles", ["boots"])
    assert await names(loyalty, "?limit=3") == ["tea", "socks", "better"], "the kinds take turns"
    await loyalty.put(
        "/v1/products/better", {"category": "SHOES", "level": 3, "offered_until": "2020-01-01"}, match="*"
    )
    assert await names(loyalty, "?kind=up_sell") == ["soles"]


async def test_L07_a_category_without_a_product_is_proposed_as_a_whole(loyalty: Client) -> None:
    for number in range(4):
        await bought(loyalty, f"ann-{number}", "SHOES/boots", f"JEWELS/ring-{number}")
    await bought(loyalty, "asha", "SHOES/boots")
    await trained(loyalty)
    [whole] = await proposals(loyalty, "asha")
    assert (whole["product_id"], whole["category"], whole["because"]) == (None, "JEWELS", ["SHOES"])


async def test_L07_what_is_no_longer_offered_is_not_proposed(loyalty: Client) -> None:
    await planted(loyalty, BASKETS)
    await bought(loyalty, "asha", "SHOES/boots")
    await trained(loyalty)
    await loyalty.put("/v1/products/wax", {"category": "CARE", "offered_until": "2020-01-01"})
    await loyalty.put(
        "/v1/categories/FOOD", {"name": "Food", "offered_from": "2016-01-01", "offered_until": ago(1)[:10]}
    )
    assert [name for name in await names(loyalty) if name in {"wax", "tea"}] == []


async def test_L07_a_declined_one_is_not_proposed_again_for_a_while(loyalty: Client) -> None:
    await planted(loyalty, BASKETS)
    await bought(loyalty, "asha", "SHOES/boots")
    await trained(loyalty)
    await made(loyalty)
    assert [(p["product_id"], p["suggestion_id"]) for p in await proposals(loyalty, "asha")][-1] == ("wax", "s1")
    await answered(loyalty, occurred_at=ago(2), reason="has enough")
    assert "wax" not in await names(loyalty)
    assert "CARE" not in await names(loyalty)
    await made(loyalty, id="s2", product_id="socks", category="SHOES")
    await answered(loyalty, "s2", occurred_at=ago(2))
    assert await names(loyalty) == ["tea"], "of a category she buys anyway the product alone is declined"
    await rows(loyalty, "update suggestions set answered_at = answered_at - interval '89 days'")
    assert {"wax", "socks"} <= set(await names(loyalty))
    await made(loyalty, id="s3", product_id=None, category="FOOD")
    await answered(loyalty, "s3", occurred_at=ago(2))
    assert set(await names(loyalty)) == {"wax", "socks"}, "a whole category"


async def test_L07_as_of_a_moment_only_what_was_known_then_counts(loyalty: Client) -> None:
    await planted(loyalty, BASKETS)
    await bought(loyalty, "asha", "SHOES/boots", days=9)
    await trained(loyalty, as_of=ago(8))
    await made(loyalty, occurred_at=ago(3))
    await answered(loyalty, occurred_at=ago(2))
    await bought(loyalty, "asha", "FOOD/tea", days=1)
    assert await names(loyalty) == ["socks"]
    assert set(await names(loyalty, f"?as_of={ago(4).replace('+', '%2B')}")) == {"tea", "socks", "wax"}
    assert (await loyalty.get(f"/v1/customers/asha/suggestions?as_of={ago(20)[:19]}Z")).json()["model"] is None


async def test_L07_the_ids_of_one_customer_are_one(loyalty: Client) -> None:
    await planted(loyalty, BASKETS)
    await bought(loyalty, "asha", "SHOES/boots")
    await bought(loyalty, "asha-2", "SHOES/socks")
    await trained(loyalty)
    await made(loyalty, customer_id="asha-2")
    assert "socks" in await names(loyalty)
    await rows(loyalty, "insert into aliases (id, merged_into, told_at) values ('asha-2', 'asha', now())")
    assert await names(loyalty) == await names(loyalty, who="asha-2")
    assert "socks" not in await names(loyalty)
    theirs = await bought(loyalty, "asha", "CARE/wax", days=1)
    taken = await answered(loyalty, accepted=True, purchase_id=theirs["id"])
    assert taken.status_code == 200, "bought under the other id"


async def test_L07_a_suggestion_is_made_and_answered_once(loyalty: Client) -> None:
    first = await made(loyalty)
    again = await loyalty.post(PATH, {"id": "s1", "occurred_at": ago(3)} | WAX)
    assert (again.status_code, again.json()) == (200, first)
    assert (await loyalty.post(PATH, {"id": "s1"} | WAX | {"product_id": "tea"})).status_code == 409
    theirs = await bought(loyalty, "asha", "CARE/wax", days=1)
    assert (await loyalty.post(f"{PATH}/s1/answer", {"accepted": True})).status_code == 428
    assert (await answered(loyalty, match='"7"')).status_code == 412
    taken = await answered(loyalty, accepted=True, purchase_id=theirs["id"], occurred_at=ago(1))
    assert (taken.json()["state"], taken.json()["version"]) == ("accepted", 2)
    late = await answered(loyalty, match='"2"')
    assert (late.status_code, late.json()["detail"]) == (
        409,
        "the suggestion was accepted already: it is answered once",
    )
    suggested, took = await told(loyalty)
    assert (suggested.partitionkey, suggested.subject, suggested.time.isoformat()) == ("asha", "s1", ago(3))
    assert suggested.data.model_dump() == {"kind": "cross_sell", "category": "CARE", "product_id": "wax"}
    assert (took.data.accepted, took.data.purchase_id, took.time.isoformat()) == (True, theirs["id"], ago(1))
    verbs = [change["what"] for change in (await loyalty.get(f"{PATH}/s1/history")).json()["items"]]
    assert verbs == ["answer", "make"]


async def test_L07_of_two_answers_at_once_one_holds(loyalty: Client) -> None:
    await made(loyalty)
    both = await asyncio.gather(answered(loyalty, accepted=True), answered(loyalty, accepted=False))
    assert sorted(answer.status_code for answer in both) == [200, 412]
    assert len(await told(loyalty)) == 2


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"product_id": None, "category": None}, "/product_id"),
        ({"kind": "down_sell"}, "/kind"),
        ({"customer_id": "a:b"}, "/customer_id"),
        ({"occurred_at": ago(-2)}, "/occurred_at"),
        ({"product_id": "socks", "category": "FOOD"}, "/category"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_L07_a_bad_suggestion_is_refused(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    await loyalty.put("/v1/products/socks", {"category": "SHOES"})
    answer = await loyalty.post(PATH, WAX | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await rows(loyalty, COUNTS) == [(0, 0)]
    assert (await loyalty.post(PATH, WAX | {"product_id": "socks", "category": None})).json()["category"] == "SHOES"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"accepted": True, "purchase_id": "nothing"}, 422, "the customer has no such purchase"),
        ({"accepted": True, "purchase_id": "others"}, 422, "the customer has no such purchase"),
        ({"accepted": True, "purchase_id": "before"}, 422, "the purchase was before the suggestion"),
        ({"accepted": False, "purchase_id": "later"}, 422, "what was declined was not bought"),
        ({"accepted": "yes"}, 422, "valid boolean"),
        ({"occurred_at": ago(4)}, 409, "it can't have been answered before that"),
    ],
)
async def test_L07_a_bad_answer_is_refused(loyalty: Client, body: dict[str, Any], status: int, said: str) -> None:
    await made(loyalty)
    for name, who, days in (("others", "ben", 1.0), ("before", "asha", 4.0), ("later", "asha", 1.0)):
        await bought(loyalty, who, "CARE/wax", days=days, id=name)
    refused = await answered(loyalty, **body)
    assert (refused.status_code, said in refused.text) == (status, True), refused.text
    assert (await loyalty.get(f"{PATH}/s1")).json()["state"] == "open"
    assert await rows(loyalty, COUNTS) == [(1, 1)]


async def test_L07_a_store_bound_token_keeps_to_its_stores(loyalty: Client) -> None:
    bound = {"bearer": loyalty.issuer.token(stores=["330"])}
    assert (await loyalty.post(PATH, WAX | {"store_id": "331"}, **bound)).status_code == 403
    assert (await loyalty.post(PATH, WAX, **bound)).status_code == 403
    await made(loyalty, id="far", store_id="331")
    await made(loyalty, id="web")
    assert (await loyalty.post(PATH, WAX | {"id": "near", "store_id": "330"}, **bound)).status_code == 201
    listed = (await loyalty.get(f"{PATH}?customer_id=asha&open=true", **bound)).json()["items"]
    assert [item["id"] for item in listed] == ["web", "near"]
    assert (await loyalty.get(f"{PATH}/far", **bound)).status_code == 404
    assert (await loyalty.post(f"{PATH}/far/answer", {"accepted": True}, match='"1"', **bound)).status_code == 404
    assert (await loyalty.post(f"{PATH}/near/answer", {"accepted": True}, match='"1"', **bound)).status_code == 200
    assert (await loyalty.get("/v1/customers/asha/suggestions", **bound)).status_code == 200
    answered_ones = (await loyalty.get(f"{PATH}?open=false")).json()["items"]
    assert [item["id"] for item in answered_ones] == ["near"]


async def test_L07_why_it_was_declined_is_for_its_own_store(loyalty: Client) -> None:
    here, there = ({"bearer": loyalty.issuer.token(stores=[store])} for store in ("330", "331"))
    for name, store in (("web", None), ("near", "330")):
        await made(loyalty, id=name, store_id=store)
        await answered(loyalty, name, reason="too dear")
    listed = (await loyalty.get(PATH, **here)).json()["items"]
    assert {item["id"]: item["reason"] for item in listed} == {"web": None, "near": "too dear"}
    assert (await loyalty.get(f"{PATH}/web", **there)).json()["reason"] is None
    assert (await loyalty.get(f"{PATH}/web")).json()["reason"] == "too dear"
    for name, token, shown in (("web", here, False), ("near", here, True), ("web", {}, True)):
        history = await loyalty.get(f"{PATH}/{name}/history", **token)
        assert ("too dear" in history.text, len(history.json()["items"])) == (shown, 2)


async def test_L07_who_is_erased_was_suggested_nothing(loyalty: Client) -> None:
    await made(loyalty)
    await answered(loyalty, reason="too dear")
    await made(loyalty, id="s2", customer_id="ben")
    engine = open_engine(loyalty.database_url)
    try:
        async with engine.begin() as connection:
            await forget(connection, ["asha"])  # type: ignore[arg-type]
    finally:
        await engine.dispose()
    assert await rows(loyalty, "select id from suggestions") == [("s2",)]
    assert await rows(loyalty, "select entity_id from history where entity = 'suggestion'") == [("s2",)]
