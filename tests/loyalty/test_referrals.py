"""L08: who brought whom, rewarded once, after the friend's first purchase that did not come back."""

import asyncio
from typing import Any

import pytest

from services.loyalty.points.accounts import hold, open_accounts
from services.loyalty.referrals.domain import BROUGHT as BROUGHT_ALREADY
from services.loyalty.referrals.domain import KNOWN, RING, SELF
from shared.events import Event, Money
from shared.events.customers import CustomerErased
from shared.events.loyalty import ReferralMade
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchaseReturned, ReturnedLine
from shared.outbox import Transaction
from tests.loyalty.bills import bill, pointers, rows
from tests.loyalty.bills import line as sold
from tests.loyalty.earning import within
from tests.loyalty.referring import BROUGHT, NOON, PROGRAMME, brought, day, heard, look, merge, rewards, stands
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.told import purchase, told

WRONG_STATE = "urn:elevenfold:problem:wrong-state"


def came_back(of: str, friend: str = "ben", at: float = 2) -> Event:
    """The one line of a purchase came back whole."""
    money = Money.model_validate({"amount": "10.00", "currency": "USD"})
    amounts = dict.fromkeys(("list_amount", "paid_amount", "refund_amount"), money)
    line = ReturnedLine.model_validate(amounts | {"line": 1, "category": "GROCERY", "quantity": "1", "whole": True})
    payload = PurchaseReturned(purchase_id=of, purchased_at=day(1), reason="unwanted", lines=(line,))
    return told(payload, friend, f"back-{of}", day(at))


def taken_away(of: str, friend: str = "ben") -> Event:
    """The bill was another customer's."""
    return told(PurchaseCorrected(purchased_at=day(1), reason="wrong_customer", lines=()), friend, of, day(2))


async def qualified_by(loyalty: Client) -> str | None:
    """The friend's purchase, which is not told."""
    [(purchase_id,)] = await rows(loyalty, "select purchase_id from referrals")
    found_id: str | None = purchase_id
    return found_id


async def refusal(loyalty: Client, **changes: Any) -> str:
    """The rule by which a referral is refused, with nothing changed."""
    before = await rows(loyalty, "select (select count(*) from referrals), (select count(*) from outbox)")
    answer = await loyalty.post("/v1/referrals", BROUGHT | changes)
    assert (answer.status_code, answer.json()["type"]) == (409, WRONG_STATE)
    assert await rows(loyalty, "select (select count(*) from referrals), (select count(*) from outbox)") == before
    detail: str = answer.json()["detail"]
    return detail


async def test_L08_a_referral_is_made_once(loyalty: Client) -> None:
    told_of = BROUGHT | {"store_id": "330", "channel": "store"}
    made = await loyalty.post("/v1/referrals", told_of)
    again = await loyalty.post("/v1/referrals", told_of)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert (made.headers["Location"], made.json()["state"]) == ("/v1/referrals/r1", "made")
    assert (await loyalty.post("/v1/referrals", told_of | {"friend_id": "cleo"})).status_code == 409
    [event] = await loyalty.outbox()
    assert (event.partitionkey, event.subject, event.time, event.storeid) == ("asha", "r1", NOON, "330")
    assert event.data == ReferralMade(friend_id="ben")
    [change] = (await loyalty.get("/v1/referrals/r1/history")).json()["items"]
    assert (change["what"], change["after"]["friend_id"]) == ("make", "ben")


async def test_L08_nobody_brings_themselves_nor_a_ring_nor_who_is_known(loyalty: Client) -> None:
    await merge(loyalty, "ben-2", "ben")
    assert await refusal(loyalty, customer_id="ben-2") == SELF
    await loyalty.post("/v1/purchases", bill(customer_id="ben-2", occurred_at=day(-1).isoformat()))
    assert await refusal(loyalty) == KNOWN
    await brought(loyalty, id="r2", friend_id="cleo")
    assert await refusal(loyalty, customer_id="dan", friend_id="cleo") == BROUGHT_ALREADY
    await merge(loyalty, "cleo-2", "cleo")
    assert await refusal(loyalty, customer_id="dan", friend_id="cleo-2") == BROUGHT_ALREADY
    await brought(loyalty, id="r3", customer_id="cleo-2", friend_id="dan")
    await merge(loyalty, "asha-2", "asha")
    assert await refusal(loyalty, customer_id="dan", friend_id="asha-2") == RING


async def test_L08_of_two_at_once_one_wins(loyalty: Client) -> None:
    ring = [{"customer_id": "asha", "friend_id": "ben"}, {"customer_id": "ben", "friend_id": "asha"}]
    twice = [{"customer_id": name, "friend_id": "zoe"} for name in ("eve", "fay")]
    for pair in (ring, twice):
        posted = (loyalty.post("/v1/referrals", {"occurred_at": NOON.isoformat()} | each) for each in pair)
        answers = await asyncio.gather(*posted)
        assert sorted(answer.status_code for answer in answers) == [201, 409]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"friend_id": None}, "/friend_id"),
        ({"customer_id": "a b"}, "/customer_id"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/occurred_at"),
        ({"surprise": 1}, "/surprise"),
    ],
)
async def test_L08_bad_input_changes_nothing(loyalty: Client, changes: dict[str, Any], pointer: str) -> None:
    answer = await loyalty.post("/v1/referrals", BROUGHT | changes)
    assert (answer.status_code, pointers(answer.json())) == (422, [pointer])
    assert await loyalty.outbox() == []


async def test_L08_the_first_purchase_that_stays_qualifies_it_and_is_rewarded_once(loyalty: Client) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await merge(loyalty, "ben-2", "ben")
    await brought(loyalty)
    for _ in range(2):  # the second of them of a third party, and under the friend's other id
        await heard(loyalty, purchase("ben", "b0", day(-1)), purchase("ben", "b1", day(1)))
        await heard(loyalty, purchase("ben-2", "b2", day(3)), purchase("eve", "b9", day(1)))
    made = await stands(loyalty)
    assert (made["state"], await qualified_by(loyalty), made["reward_points"]) == ("qualified", "b1", 500)
    for _ in range(2):
        await heard(loyalty, came_back("b1"))
    made = await stands(loyalty)
    due_at = day(17).isoformat().replace("+00:00", "Z")
    assert (await qualified_by(loyalty), made["reward_due_at"]) == ("b2", due_at)
    assert await look(loyalty, day(16.9)) == 0
    assert sorted(await asyncio.gather(*(look(loyalty, day(40)) for _ in range(2)))) == [0, 1]
    assert await rewards(loyalty) == [("asha", 500, day(17))]
    await heard(loyalty, came_back("b2", "ben-2", 30), purchase("ben", "b3", day(30)))
    assert ((await stands(loyalty))["state"], await look(loyalty, day(90))) == ("rewarded", 0)
    verbs = [change["what"] for change in (await loyalty.get("/v1/referrals/r1/history")).json()["items"]]
    assert verbs == ["reward", "qualify", "qualify", "make"]


async def test_L08_a_purchase_that_is_none_leaves_the_referral_waiting(loyalty: Client) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await brought(loyalty)
    for number, none in ((1, came_back("b1")), (2, taken_away("b2"))):
        await heard(loyalty, purchase("ben", f"b{number}", day(number)), none)
        made = await stands(loyalty)
        assert (made["state"], await qualified_by(loyalty), made["reward_due_at"]) == ("made", None, None)
    assert await look(loyalty, day(60)) == 0
    await heard(loyalty, purchase("ben", "b3", day(5)))
    assert await qualified_by(loyalty) == "b3"


async def test_L08_what_was_told_before_the_referral_counts(loyalty: Client) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    sale = bill(id="b1", customer_id="ben", occurred_at=day(1).isoformat())
    await loyalty.post("/v1/purchases", sale)
    line = {"line": 1, "quantity": "2", "refund_amount": "9.50"}
    back = {"occurred_at": day(2).isoformat(), "reason": "unwanted", "lines": [line]}
    await loyalty.post("/v1/purchases", sale | {"id": "b2", "receipt_number": "x", "occurred_at": day(3).isoformat()})
    assert (await loyalty.post("/v1/purchases/b1/returns", back)).status_code == 201
    await brought(loyalty)
    assert await qualified_by(loyalty) == "b2"
    [first, second] = [event for event in await loyalty.outbox() if isinstance(event.data, PurchaseCompleted)]
    await heard(loyalty, first, second)
    assert await qualified_by(loyalty) == "b2"
    later = back | {"occurred_at": day(4).isoformat()}
    assert (await loyalty.post("/v1/purchases/b2/returns", later)).status_code == 201
    assert await look(loyalty, day(60)) == 0, "it came back, though the news of it waits yet"


@pytest.mark.parametrize("right", [{"customer_id": "cleo"}, {"lines": [sold(quantity="0")]}])
async def test_L08_a_bill_that_was_none_of_theirs_is_not_rewarded(loyalty: Client, right: dict[str, Any]) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await loyalty.post("/v1/purchases", bill(id="b1", customer_id="ben", occurred_at=day(1).isoformat()))
    await brought(loyalty)
    wrong = {"occurred_at": day(2).isoformat(), "reason": "typo"}
    answer = await loyalty.post("/v1/purchases/b1/corrections", wrong | right, match='"1"')
    assert answer.status_code == 201, answer.text
    assert await look(loyalty, day(60)) == 0, "the news of it waits yet"
    assert (await stands(loyalty))["state"] == "qualified"


async def test_L08_who_was_billed_by_mistake_is_not_known(loyalty: Client) -> None:
    await loyalty.post("/v1/purchases", bill(id="b1", customer_id="ben", occurred_at=day(-2).isoformat()))
    wrong = {"occurred_at": day(-1).isoformat(), "reason": "typo", "customer_id": "cleo"}
    assert (await loyalty.post("/v1/purchases/b1/corrections", wrong, match='"1"')).status_code == 201
    await brought(loyalty)


async def test_L08_the_clock_passes_by_whose_points_move_just_now(loyalty: Client) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await brought(loyalty)
    await heard(loyalty, purchase("ben", "b1", day(1)))

    async def beside(tx: Transaction) -> int:
        await hold(tx.session, ["asha"])
        return await look(loyalty, day(60))

    async def known(tx: Transaction) -> None:
        await open_accounts(tx.session, ["asha"])

    await within(loyalty, known, day(60))
    async with asyncio.timeout(20):
        assert await within(loyalty, beside, day(60)) == 0
    assert (await look(loyalty, day(60)), await rewards(loyalty)) == (1, [("asha", 500, day(15))])


async def test_L08_two_who_turn_out_to_be_one_earn_nothing(loyalty: Client) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await brought(loyalty)
    await heard(loyalty, purchase("ben", "b1", day(1)))
    await merge(loyalty, "ben", "asha")
    assert await look(loyalty, day(60)) == 1
    made = await stands(loyalty)
    assert (made["state"], made["rule"], await rewards(loyalty)) == ("void", SELF, [])
    assert await look(loyalty, day(60)) == 0


async def test_L08_without_a_programme_nothing_is_given(loyalty: Client) -> None:
    await brought(loyalty)
    await heard(loyalty, purchase("ben", "b1", day(1)))
    made = await stands(loyalty)
    assert (made["state"], made["reward_points"], made["reward_due_at"]) == ("qualified", 0, None)
    assert await look(loyalty, day(60)) == 0


async def test_L08_lists_are_filtered_and_bound_tokens_keep_to_their_store(loyalty: Client) -> None:
    here, there = loyalty.issuer.token(stores=["330"]), loyalty.issuer.token(stores=["331"])
    assert (await loyalty.post("/v1/referrals", BROUGHT, bearer=here)).status_code == 403
    assert (await loyalty.post("/v1/referrals", BROUGHT | {"store_id": "330"}, bearer=there)).status_code == 403
    assert (await loyalty.post("/v1/referrals", BROUGHT | {"store_id": "330"}, bearer=here)).status_code == 201
    await brought(loyalty, id="r2", friend_id="cleo")
    assert (await loyalty.get("/v1/referrals/r1", bearer=there)).status_code == 404
    assert (await loyalty.get("/v1/referrals/r1/history", bearer=there)).status_code == 404
    for query, bearer, ids in (
        ("customer_id=asha", here, ["r1", "r2"]),
        ("customer_id=asha", there, ["r2"]),
        ("friend_id=cleo", None, ["r2"]),
        ("state=qualified", None, []),
    ):
        listed = (await loyalty.get(f"/v1/referrals?{query}", bearer=bearer)).json()["items"]
        assert [each["id"] for each in listed] == ids


@pytest.mark.parametrize(("gone", "left"), [("asha", [None, "ben"]), ("ben", ["asha", None])])
async def test_C10_a_referral_stays_the_other_s(loyalty: Client, gone: str, left: list[str | None]) -> None:
    await loyalty.post("/v1/programmes", PROGRAMME)
    await brought(loyalty)
    await heard(loyalty, purchase("ben", "b1", day(1)))
    await heard(loyalty, told(CustomerErased(erasure_id="part-1"), gone, gone))
    made = await stands(loyalty)
    assert [made["customer_id"], made["friend_id"]] == left
    assert [
        line for line in found(await dump(loyalty.database_url), gone) if not line.startswith("public.outbox")
    ] == []
    assert (await loyalty.post("/v1/referrals", BROUGHT | {"id": "r2"})).status_code == 410
    assert await look(loyalty, day(60)) == (0 if gone == "asha" else 1)
    assert await rewards(loyalty) == ([] if gone == "asha" else [("asha", 500, day(15))])
    await heard(loyalty, *(told(CustomerErased(erasure_id=f"part-{each}"), each, each) for each in left if each))
    assert await rows(loyalty, "select count(*) from referrals") == [(0,)]


async def test_C10_what_the_friend_bought_is_told_to_the_friend_alone(loyalty: Client) -> None:
    await brought(loyalty)
    await heard(loyalty, purchase("ben", "secret-1", day(1)))
    assert await qualified_by(loyalty) == "secret-1"
    paths = ("/v1/referrals/r1", "/v1/referrals/r1/history", "/v1/referrals", "/v1/customers/asha/export")
    for path in paths:
        answer = (await loyalty.get(path)).text
        assert "secret-1" not in answer, path
        assert day(1).isoformat()[:10] not in answer, path
    held = (await loyalty.get("/v1/customers/ben/export")).json()["held"]
    assert [row["purchase_id"] for row in held["referral_purchases"]] == ["secret-1"]


async def test_C10_both_ends_are_told_of_a_referral(loyalty: Client) -> None:
    await brought(loyalty)
    for who in ("asha", "ben"):
        held = (await loyalty.get(f"/v1/customers/{who}/export")).json()["held"]
        [row] = held["referrals"]
        assert (row["customer_id"], row["friend_id"]) == ("asha", "ben")
        assert [change["what"] for change in held["history"]] == ["make"]
