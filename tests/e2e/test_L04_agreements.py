"""L04: a lower price for a larger volume, from agreement and quote to the financial bond and the value shared."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

CROWNS = "SEK"
COST = "cost_profitability_value"


async def test_L04_an_agreement_used_is_a_bond_and_value_shared(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "organization"})
    step = {"min_quantity": "20", "discount_share": "0.1"}
    agreed: dict[str, Any] = {"customer_id": who, "category": "GROCERY", "currency": CROWNS, "steps": [step]}
    made = await done(crm.loyalty, "POST", "/v1/volume-agreements", agreed | {"valid_from": ago(days=30)})

    line = {"product_id": "1", "category": "GROCERY", "quantity": "24", "list_amount": "240"}
    asked = {"customer_id": who, "currency": CROWNS, "lines": [line], "occurred_at": ago(days=3)}
    quote = await done(crm.loyalty, "POST", "/v1/quotes", asked)
    [told] = quote["lines"]
    assert (told["paid_amount"], told["agreement_id"]) == ("216.00", made["id"])

    sale = bill(who, 2, currency=CROWNS)
    paid = {"paid_amount": told["paid_amount"], "cost_amount": "140", "discount_kind": "volume"}
    sale["lines"] = [line | paid]
    bought = await done(crm.loyalty, "POST", "/v1/purchases", sale)

    async def use() -> Any:
        return (await crm.loyalty.get(f"/v1/volume-agreements/{made['id']}/uses")).json()["items"]

    [noted] = await eventually(use)
    assert (noted["purchase_id"], noted["line"], noted["saved"]) == (bought["id"], 1, "24.00")

    async def heard() -> Any:
        items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
        return [each["subject"] for each in items if each["type"] == "crm.volume_agreement.used.v1"]

    assert await eventually(heard) == [made["id"]]

    def bound(card: dict[str, Any]) -> bool:
        # Once: the bill's discount and the agreement's use are one piece of evidence.
        kinds = [piece["kind"] for piece in card["bonds"]["financial"]["evidence"]]
        return kinds == ["volume-price agreement used"]

    await crm.card_when(who, bound)
    card = await crm.card_when(who, lambda card: card["cs"][COST]["inputs"].get("shared_back") is not None)
    # 24 crowns of the 100 that were there before the discount
    assert card["cs"][COST]["inputs"]["shared_back"] == 0.24
