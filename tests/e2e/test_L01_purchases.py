"""L01: what becomes of purchases, from REST to what was spent and to our capabilities on the scorecard."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

COST = {"cost_amount": "3.00"}  # without one, nothing is known of the account
PAID = {"paid_amount": "9.50"} | COST
LINE = {"product_id": "1", "category": "GROCERY", "quantity": "2", "list_amount": "10.00"} | PAID
MEAT = {"product_id": "2", "category": "MEAT", "quantity": "1", "list_amount": "4.00", "paid_amount": "4.00"} | COST


def revenue(card: dict[str, Any]) -> str:
    """What was paid for what did not come back."""
    found: str = card["cs"]["cost_profitability_value"]["inputs"]["net_revenue"]
    return found


async def test_L01_corrections_and_exchanges_are_what_was_spent(crm: Pipeline, who: str) -> None:
    bought = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 9, lines=[LINE]))
    path, other = f"/v1/purchases/{bought['id']}", f"{who}-b"
    await crm.card_when(who, lambda card: revenue(card) == "9.50")

    right = {"occurred_at": ago(days=8), "reason": "miskeyed", "lines": [LINE | {"paid_amount": "7.50"}, MEAT]}
    await done(crm.loyalty, "POST", f"{path}/corrections", right, match='"1"')
    card = await crm.card_when(who, lambda card: revenue(card) == "11.50")
    assert card["cs"]["control_contact_to_cash"]["inputs"]["corrections"] == 1

    theirs = {"occurred_at": ago(days=7), "reason": "wrong_customer", "customer_id": other}
    moved = await done(crm.loyalty, "POST", f"{path}/corrections", theirs, match='"2"')
    card = await crm.card_when(other, lambda card: revenue(card) == "11.50")
    assert card["cs"]["categories"]["evidence"][0]["subject"] == moved["corrected_to"]
    await crm.card_when(who, lambda card: card["cs"]["categories"]["n"] == 0)

    unwanted = [{"line": 2, "quantity": "1", "refund_amount": "4.00"}]
    exchange = {
        "return": {"occurred_at": ago(days=2), "reason": "unwanted", "lines": unwanted},
        "purchase": bill(other, 2, lines=[LINE | {"paid_amount": "6.00"}]),
    }
    await done(crm.loyalty, "POST", f"/v1/purchases/{moved['corrected_to']}/exchanges", exchange)
    card = await crm.card_when(other, lambda card: revenue(card) == "13.50")
    assert card["cs"]["categories"]["n"] == 2


async def test_L01_late_deliveries_and_empty_shelves_are_what_we_are_not_capable_of(crm: Pipeline, who: str) -> None:
    lines = [LINE | {"due_at": ago(days=6)}, MEAT | {"due_at": ago(days=6)}]
    ordered = bill(who, 9, lines=lines, ordered_at=ago(days=10))
    path = f"/v1/purchases/{(await done(crm.loyalty, 'POST', '/v1/purchases', ordered))['id']}"
    able = "capabilities"
    await crm.card_when(who, lambda card: card["cs"][able]["inputs"]["punctuality"]["met"] == 0)

    arrived = [{"line": 1, "delivered_at": ago(days=7)}, {"line": 2, "delivered_at": ago(days=5)}]
    await done(crm.loyalty, "POST", f"{path}/deliveries", {"lines": arrived})
    card = await crm.card_when(who, lambda card: card["cs"][able]["inputs"]["punctuality"]["met"] == 1)
    assert card["cs"][able]["inputs"]["punctuality"] == {"called": 2, "met": 1, "share": 0.5}

    asked = {"customer_id": who, "store_id": "330", "category": "WINE", "lines": 2, "occurred_at": ago(days=4)}
    vain = await done(crm.loyalty, "POST", "/v1/unavailable-requests", asked)
    card = await crm.card_when(who, lambda card: card["cs"][able]["inputs"]["availability"]["called"] == 4)
    assert card["cs"][able]["inputs"]["availability"] == {"called": 4, "met": 2, "share": 0.5}
    assert vain["id"] in {each["subject"] for each in card["cs"][able]["evidence"]}
