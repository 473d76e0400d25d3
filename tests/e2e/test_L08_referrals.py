"""L08: referrals, from REST over the friend's purchase to the chain, the social bond and the bringer's points."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

PROGRAMME = {
    "currency": "NZD",  # in which no other test of the folder buys anything
    "valid_from": "2016-01-01T00:00:00Z",
    "points_per_unit": "1",
    "point_value": "0.01",
    "pending_days": 14,
    "referral_points": 500,
}


async def rewarded(crm: Pipeline, who: str) -> list[tuple[str, str, int]]:
    """What scoring heard that the customer earned for bringing somebody: when, to the second, what for, how much."""
    items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
    found = [item for item in items if item["type"] == "crm.points.earned.v1"]
    return [(item["time"][:19], item["data"]["about_id"], item["data"]["points"]) for item in found]


async def test_L08_who_brings_a_friend_is_bound_and_rewarded_once(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/programmes", PROGRAMME)
    friend, told = f"{who}-friend", {"id": f"{who}-r", "customer_id": who, "occurred_at": ago(days=40)}
    await done(crm.loyalty, "POST", "/v1/referrals", told | {"friend_id": friend})

    def bound(card: dict[str, Any]) -> bool:
        return bool(card["cs"]["chain_of_relationships"]["inputs"].get("referrals") == 1)

    card = await crm.card_when(who, bound)
    assert card["cs"]["chain_of_relationships"]["score"] == 100
    assert [piece["kind"] for piece in card["bonds"]["social"]["evidence"]] == ["referral made"]

    await done(crm.loyalty, "POST", "/v1/purchases", bill(friend, 20, currency="NZD", id=f"{who}-20"))
    assert await eventually(lambda: rewarded(crm, who)) == [(ago(days=6)[:19], f"{who}-r", 500)]
    made = (await crm.loyalty.get(f"/v1/referrals/{who}-r")).json()
    assert made["state"] == "rewarded"


async def test_L08_nobody_is_rewarded_for_bringing_themselves(crm: Pipeline, who: str) -> None:
    told = {"customer_id": who, "friend_id": who, "occurred_at": ago(days=1)}
    answer = await crm.loyalty.post("/v1/referrals", told)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
