"""L03: a tier reached, a price of it and a tier lost, from purchases over the loyalty worker to the scorecard."""

from datetime import datetime, timedelta
from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

ZLOTY = "PLN"
"""A currency that no other test of the folder has a programme for."""
PROGRAMME: dict[str, Any] = {
    "valid_from": ago(days=900),
    "currency": ZLOTY,
    "points_per_unit": "1",
    "point_value": "0.01",
    "tiers": [{"code": "silver", "threshold": "100", "multiplier": "1"}],
    "qualification_days": 30,
    "grace_days": 5,
}


async def of_tiers(crm: Pipeline, who: str) -> list[str | None]:
    """Of which tiers the customer was, oldest first."""
    items = (await crm.loyalty.get(f"/v1/customers/{who}/tier/history")).json()["items"]
    return [each["code"] for each in reversed(items)]


async def test_L03_a_tier_is_reached_paid_by_and_lost(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/programmes", PROGRAMME | {"id": f"p-{who}"})
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.loyalty, "POST", "/v1/cards", {"customer_id": who, "occurred_at": ago(days=100)})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 60, "120", currency=ZLOTY))

    async def lost() -> bool:
        return await of_tiers(crm, who) == ["silver", None]

    await eventually(lost)
    card = await crm.card_when(who, lambda card: "crm.tier.changed.v1" in kinds(card))
    [found] = [piece for piece in card["defection"]["evidence"] if piece["type"] == "crm.tier.changed.v1"]
    assert (found["subject"], found["time"][:19]) == (who, ago(days=25)[:19]), "thirty days and five of grace later"
    assert card["defection"]["points"]["price"] > 0
    assert "tier discount" not in bonds(card)

    priced = bill(who, 1, "130", currency=ZLOTY)
    priced["lines"][0] |= {"list_amount": "140", "tier": "silver"}
    await done(crm.loyalty, "POST", "/v1/purchases", priced)
    await crm.card_when(who, lambda card: "tier discount" in bonds(card))

    async def regained() -> bool:
        return await of_tiers(crm, who) == ["silver", None, "silver"]

    await eventually(regained)
    [view] = (await crm.loyalty.get(f"/v1/customers/{who}/tier")).json()["tiers"]
    assert (view["currency"], view["code"], view["spend"], view["next"]) == (ZLOTY, "silver", "130.00", None)
    falls = datetime.fromisoformat(ago(days=1)) + timedelta(days=35)
    assert datetime.fromisoformat(view["falls_at"]) == falls


def bonds(card: dict[str, Any]) -> list[str]:
    """What binds the customer financially."""
    return [piece["kind"] for piece in card["bonds"]["financial"]["evidence"]]


def kinds(card: dict[str, Any]) -> list[str]:
    """What speaks for the customer's leaving."""
    return [piece["type"] for piece in card["defection"]["evidence"]]
