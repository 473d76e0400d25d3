"""C13: an integration from its offer to its use, over REST and Kafka, to Collaboration and the structural bond."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

JOINED = "collaboration_integration"


async def joined(crm: Pipeline, who: str) -> str:
    """The path of an organization's portal, offered and started."""
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "organization"})
    offer = {"id": f"portal-{who}", "kind": "portal", "occurred_at": ago(days=90)}
    path = f"/v1/customers/{who}/integrations"
    await done(crm.customers, "POST", path, offer)
    await done(crm.customers, "POST", f"{path}/portal-{who}/start", {"occurred_at": ago(days=80)}, match='"1"')
    return f"{path}/portal-{who}"


def measured(card: dict[str, Any]) -> tuple[float | None, int, int]:
    """Score, orders and cases, those through an integration."""
    inputs = card["cs"][JOINED]["inputs"]
    return card["cs"][JOINED]["score"], inputs["orders_and_cases"], inputs["through_integration"]


async def test_C13_uses_count_for_collaboration_and_the_structural_bond(crm: Pipeline, who: str) -> None:
    path = await joined(crm, who)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 60))
    card = await crm.card_when(who, lambda card: measured(card) == (0, 1, 0))
    assert card["bonds"]["structural"]["strength"] == 0

    told = {"id": f"edi-{who}", "kind": "order", "occurred_at": ago(days=40)}
    for _ in range(2):  # an EDI system that tells twice
        await done(crm.customers, "POST", f"{path}/use", told)
    card = await crm.card_when(who, lambda card: measured(card) == (50, 2, 1))
    bond = card["bonds"]["structural"]
    assert (bond["n"], bond["evidence"][0]["kind"], bond["held"]) == (1, "order or case through an integration", False)

    await done(crm.customers, "POST", f"{path}/use", {"kind": "standing_order", "occurred_at": ago(days=20)})
    card = await crm.card_when(who, lambda card: measured(card) == (66.6667, 3, 2))
    await done(crm.customers, "POST", f"{path}/use", {"kind": "case", "occurred_at": ago(days=5)})
    card = await crm.card_when(who, lambda card: measured(card) == (75, 4, 3))
    assert (card["bonds"]["structural"]["held"], card["bonds"]["structural"]["n"]) == (True, 3)

    await done(
        crm.customers, "POST", f"{path}/end", {"reason": "they moved on", "occurred_at": ago(days=1)}, match='"2"'
    )
    late = await crm.customers.post(f"{path}/use", {"kind": "order", "occurred_at": ago(hours=2)})
    assert (late.status_code, "nothing went through it after that" in late.json()["detail"]) == (409, True)
    await done(crm.customers, "POST", f"{path}/use", {"kind": "order", "occurred_at": ago(days=2)})
    await crm.card_when(who, lambda card: measured(card) == (80, 5, 4))


async def test_C13_an_order_that_the_till_and_the_portal_tell_counts_once(crm: Pipeline, who: str) -> None:
    path = await joined(crm, who)
    sold = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 60, id=f"b-{who}"))
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 50))
    await crm.card_when(who, lambda card: measured(card) == (0, 2, 0))
    told = {"kind": "order", "about": sold["id"], "occurred_at": ago(days=60)}
    await done(crm.customers, "POST", f"{path}/use", told)
    card = await crm.card_when(who, lambda card: measured(card) == (50, 2, 1))
    assert card["bonds"]["structural"]["n"] == 1


async def test_C13_an_integration_declined_was_offered_and_not_used(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    path = f"/v1/customers/{who}/integrations"
    offered = await done(crm.customers, "POST", path, {"kind": "app", "occurred_at": ago(days=30)})
    declined = {"reason": "no smartphone", "occurred_at": ago(days=29)}
    await done(crm.customers, "POST", f"{path}/{offered['id']}/decline", declined, match='"1"')
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 10))
    await crm.card_when(who, lambda card: measured(card) == (0, 1, 0))
