"""L10: what was shared back, as the service tells it of its own rows, is what the scorecard measures of the events."""

from typing import Any

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline

COST = "cost_profitability_value"
KRONER = "NOK"
"""A currency whose programme no other test of the folder puts."""


def line(paid: str, **more: Any) -> dict[str, Any]:
    """Four pieces of something at a list price of 100.00, of a category that nobody lists."""
    told = {"product_id": "1", "category": "E2E-L10", "quantity": "4", "list_amount": "100.00", "paid_amount": paid}
    return told | more


async def bought(crm: Pipeline, who: str, days: float, *lines: dict[str, Any]) -> str:
    """The path of a purchase so many days ago."""
    told = {"customer_id": who, "store_id": "330", "currency": KRONER, "occurred_at": ago(days=days)}
    return f"/v1/purchases/{(await done(crm.loyalty, 'POST', '/v1/purchases', told | {'lines': lines}))['id']}"


async def spent(crm: Pipeline, who: str) -> None:
    """300 points at 0.015 each were given, and 33 of them paid with: 0.49, rounded down."""
    programme = {"valid_from": ago(days=30), "currency": KRONER, "points_per_unit": "1", "point_value": "0.015"}
    await done(crm.loyalty, "POST", "/v1/programmes", {"id": f"{who}-p"} | programme)
    card = {"id": f"{who}-card", "customer_id": who}
    await done(crm.loyalty, "POST", "/v1/cards", card)
    given = {
        "points": 300,
        "currency": KRONER,
        "reason_text": "we are sorry",
        "by": "emp-7",
        "occurred_at": ago(days=4),
    }
    await done(crm.loyalty, "POST", f"/v1/cards/{who}-card/adjustments", given)
    redeemed = {"points": 33, "currency": KRONER, "occurred_at": ago(days=3)}
    await done(crm.loyalty, "POST", f"/v1/cards/{who}-card/redemptions", redeemed)


async def test_L10_the_service_and_the_scorecard_tell_the_same_share(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    costed = [line("90.00", cost_amount="60.00", discount_kind="volume"), line("80.00", cost_amount="60.00")]
    path = await bought(crm, who, 20, *costed, line("50.00"))
    await bought(crm, who, 400, line("1.00", cost_amount="1.00"))
    back = {"line": 2, "quantity": "1", "refund_amount": "20.00"}
    returned = {"occurred_at": ago(days=10), "reason": "unwanted", "lines": [back]}
    await done(crm.loyalty, "POST", f"{path}/returns", returned)
    await spent(crm, who)
    gesture = {"kind": "social", "by": "emp-7", "why": "walked him home", "occurred_at": ago(days=2)}
    await done(
        crm.customers, "POST", f"/v1/customers/{who}/gestures", gesture | {"cost_amount": "5", "currency": KRONER}
    )

    def told(card: dict[str, Any]) -> bool:
        inputs = card["cs"][COST]["inputs"]
        return bool(
            inputs.get("gestures") == "5.00" and inputs["points_spent"] == "0.49" and inputs["discounts"] == "25.00"
        )

    inputs = (await crm.card_when(who, told))["cs"][COST]["inputs"]
    answer = await crm.loyalty.get(f"/v1/customers/{who}/shared-back")
    [found] = answer.json()["currencies"]
    # 175.00 at list price of what was kept and whose cost is known, less 105.00 of cost
    assert found["margin"] == {"amount": "70.00", "discounts": "25.00", "assumed": False, "unknown_lines": 1}
    assert found["discounts"]["total"] == "75.00"
    assert (found["points"]["spent"], found["points"]["value"], found["gifts"]["cost"]) == (33, "0.49", "5.00")
    assert found["points"]["earned"] >= 300
    assert found["shared_back"] == "80.49"
    assert round(found["share"], 4) == round(30.49 / 70, 4) == round(inputs["shared_back"], 4)
