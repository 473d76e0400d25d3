"""L09: what is observed of competitors, from REST to the causes for which a customer may leave."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline


def points(card: dict[str, Any]) -> dict[str, int]:
    """How many points speak for each cause."""
    found: dict[str, int] = card["defection"]["points"]
    return found


async def test_L09_a_competitor_is_a_cause_to_leave(crm: Pipeline, who: str) -> None:
    rival = f"{who}-rival"
    await done(crm.loyalty, "PUT", f"/v1/competitors/{rival}", {"name": "Rival", "directness": "direct"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20))
    seen = {"customer_id": who, "competitor_id": rival, "category": "GROCERY", "occurred_at": ago(days=5)}
    path = "/v1/competitor-observations"

    named = seen | {"id": f"{who}-price", "kind": "price", "price": "4.00", "currency": "USD"}
    await done(crm.loyalty, "POST", path, named)
    card = await crm.card_when(who, lambda card: set(points(card)) == {"price"})
    assert [each["subject"] for each in card["defection"]["evidence"]] == [f"{who}-price"]
    one = points(card)["price"]

    await done(crm.loyalty, "POST", path, seen | {"kind": "programme_joined"})
    await crm.card_when(who, lambda card: points(card).get("price") == 2 * one)
    asked = {"customer_id": who, "category": "GROCERY", "occurred_at": ago(days=4)}
    await done(crm.loyalty, "POST", "/v1/price-match-requests", asked | {"granted": True})
    await done(crm.loyalty, "POST", "/v1/price-match-requests", asked | {"granted": False})
    await crm.card_when(who, lambda card: points(card).get("price") == 3 * one)
    await done(crm.loyalty, "POST", path, seen | {"kind": "better_product"})
    card = await crm.card_when(who, lambda card: "product" in points(card))
    assert points(card) == {"price": 3 * one, "product": one}
