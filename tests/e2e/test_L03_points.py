"""L03: points, from a bill over the ledger and its clock to the financial bond, the contribution and defection."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

PROGRAMME = {
    "id": "e2e-points",
    "valid_from": ago(days=400),
    "currency": "HUF",
    "points_per_unit": "10",
    "point_value": "0.01",
    "expiry_days": 30,
}
"""In a currency that no other test of the folder uses."""
COST = "cost_profitability_value"


async def member(crm: Pipeline, who: str) -> str:
    """The path of a card that the customer has had for long."""
    await done(crm.loyalty, "POST", "/v1/programmes", PROGRAMME)
    await done(crm.loyalty, "POST", "/v1/cards", {"id": f"c-{who}", "customer_id": who, "occurred_at": ago(days=90)})
    return f"/v1/cards/c-{who}"


async def balance(crm: Pipeline, card: str, **expected: int) -> dict[str, Any]:
    """What the card's customer has, once it is so."""

    async def look() -> dict[str, Any] | None:
        balances = (await crm.loyalty.get(f"{card}/balance")).json()["balances"]
        return next((each for each in balances if expected.items() <= each.items()), None)

    found: dict[str, Any] = await eventually(look)
    return found


def kinds(card: dict[str, Any]) -> list[str]:
    """What speaks for the financial bond."""
    return [piece["kind"] for piece in card["bonds"]["financial"]["evidence"]]


async def test_L03_points_earned_and_spent_bond_and_cost(crm: Pipeline, who: str) -> None:
    path = await member(crm, who)
    sold = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20, currency="HUF"))
    await crm.card_when(who, lambda card: kinds(card) == ["points earned"])
    await balance(crm, path, available=95, pending=0)
    line = {"line": 1, "quantity": "1", "refund_amount": "4.75"}
    back = {"occurred_at": ago(days=5), "reason": "unwanted", "lines": [line]}
    await done(crm.loyalty, "POST", f"/v1/purchases/{sold['id']}/returns", back)
    left = await balance(crm, path, available=47)
    assert left["value"] == "0.47"

    spent = {"points": 47, "occurred_at": ago(days=4)}
    await done(crm.loyalty, "POST", f"{path}/redemptions", spent)
    card = await crm.card_when(who, lambda card: "points spent" in kinds(card))
    assert card["cs"][COST]["inputs"]["points_spent"] == "0.47"
    ledger = (await crm.loyalty.get(f"{path}/ledger")).json()["items"]
    assert [each["kind"] for each in ledger] == ["spent", "reversed", "matured", "earned"]


async def test_L03_points_that_expired_speak_for_price(crm: Pipeline, who: str) -> None:
    path = await member(crm, who)
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 60, currency="HUF"))
    await eventually(lambda: _kinds(crm, path, "expired"))
    await done(crm.customers, "POST", f"/v1/customers/{who}/exits", {"reason": "service", "occurred_at": ago(days=5)})
    card = await crm.card_when(who, lambda card: card["defection"]["at_risk"])
    [lost] = [each for each in card["defection"]["evidence"] if each["type"] == "crm.points.expired.v1"]
    assert (lost["cause"], lost["time"][:10]) == ("price", ago(days=16)[:10])


async def _kinds(crm: Pipeline, path: str, kind: str) -> bool:
    items = (await crm.loyalty.get(f"{path}/ledger")).json()["items"]
    return kind in [each["kind"] for each in items]
