"""L07: from what others buy together to what is put to a customer, and what that does to their score."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.client import Client
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def basket(crm: Pipeline, customer: str, *products: str) -> dict[str, Any]:
    """A purchase of these products, each of a category of its own."""
    amounts = {"quantity": "1", "list_amount": "5.00", "paid_amount": "5.00"}
    lines = [{"product_id": each, "category": f"{each}-kind", **amounts} for each in products]
    return await done(crm.loyalty, "POST", "/v1/purchases", bill(customer, 9, lines=lines))


async def trained(loyalty: Client) -> dict[str, Any]:
    """A model of all that was bought until now, trained by the worker."""
    asked = await done(loyalty, "POST", "/v1/suggestion-models", {})

    async def look() -> dict[str, Any] | None:
        model: dict[str, Any] = (await loyalty.get(f"/v1/suggestion-models/{asked['id']}")).json()
        return model if model["state"] in {"ready", "failed"} else None

    found: dict[str, Any] = await eventually(look)
    return found


async def proposed(crm: Pipeline, who: str) -> dict[str, dict[str, Any]]:
    """What would suit the customer, by product."""
    items = (await crm.loyalty.get(f"/v1/customers/{who}/suggestions?limit=50")).json()["items"]
    return {item["product_id"]: item for item in items}


async def test_L07_a_suggestion_that_is_taken_is_customization_and_a_declined_one_is_not_repeated(
    crm: Pipeline, who: str
) -> None:
    boots, wax, tea = f"boots-{who}", f"wax-{who}", f"tea-{who}"
    for number in range(3):
        await basket(crm, f"{who}-{number}", boots, wax, tea)
    await basket(crm, who, boots)
    assert (await trained(crm.loyalty))["state"] == "ready"
    found = await proposed(crm, who)
    assert found[wax]["reason"] == f"Bought together with {boots} by 3 customers"

    told = {"customer_id": who, "kind": "cross_sell", "store_id": "330", "occurred_at": ago(days=3)}
    for product in (wax, tea):
        await done(crm.loyalty, "POST", "/v1/suggestions", told | {"id": product, "product_id": product})
    assert (await proposed(crm, who))[tea]["suggestion_id"] == tea
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["inputs"].get("suggestions") == 2)
    assert (card["cs"]["customization"]["value"], card["bonds"]["customization"]["strength"]) == (0, 0)

    bought = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 1))
    taken = {"accepted": True, "purchase_id": bought["id"], "occurred_at": ago(days=1)}
    await done(crm.loyalty, "POST", f"/v1/suggestions/{wax}/answer", taken, match='"1"')
    declined = {"accepted": False, "reason": "drinks coffee"}
    await done(crm.loyalty, "POST", f"/v1/suggestions/{tea}/answer", declined, match='"1"')
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["inputs"]["suggestions_accepted"] == 1)
    assert card["cs"]["customization"]["value"] == 0.5
    assert card["bonds"]["customization"]["strength"] > 0
    assert tea not in await proposed(crm, who)
