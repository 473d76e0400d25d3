"""C09: more than we promised, what a customer prefers, and solutions for them alone: from REST to bonds and cost."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline


def kinds(card: dict[str, Any], bond: str) -> list[str]:
    """What speaks for a bond, the latest first."""
    return [piece["kind"] for piece in card["bonds"][bond]["evidence"]]


async def profiled(crm: Pipeline, who: str) -> str:
    """The path of a customer who is known."""
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    return f"/v1/customers/{who}"


async def test_C09_a_gesture_bonds_and_its_cost_is_in_the_contribution(crm: Pipeline, who: str) -> None:
    path = await profiled(crm, who)
    sold = bill(who, 20)
    sold["lines"][0]["cost_amount"] = "5.00"
    await done(crm.loyalty, "POST", "/v1/purchases", sold)
    cost = "cost_profitability_value"
    before = await crm.card_when(who, lambda card: card["cs"][cost]["value"] is not None)
    assert (before["bonds"]["social"]["strength"], before["cs"][cost]["inputs"]["gestures"]) == (0, "0")

    gesture = {"kind": "social", "by": "emp-7", "why": "her train was late: drove her home", "occurred_at": ago(days=3)}
    gesture |= {"cost_amount": "1.25", "currency": "USD"}
    made = await done(crm.customers, "POST", f"{path}/gestures", gesture)
    card = await crm.card_when(who, lambda card: card["bonds"]["social"]["strength"] > 0)
    assert (kinds(card, "social"), card["bonds"]["social"]["evidence"][0]["subject"]) == (
        ["gesture received"],
        made["id"],
    )
    assert card["cs"][cost]["inputs"]["gestures"] == "1.25"
    assert float(before["cs"][cost]["value"]) - float(card["cs"][cost]["value"]) == 1.25
    assert card["bonds"]["customization"]["strength"] == 0

    tailored = {"kind": "customization", "by": "emp-7", "why": "sewed in her name", "occurred_at": ago(days=2)}
    await done(crm.customers, "POST", f"{path}/gestures", tailored)
    card = await crm.card_when(who, lambda card: card["bonds"]["customization"]["strength"] > 0)
    assert kinds(card, "customization") == ["gesture received"]


async def test_C09_a_preference_counts_once_it_is_due_and_when_it_is_used(crm: Pipeline, who: str) -> None:
    path = await profiled(crm, who)
    seat = {"topic": "seat", "words": "by the window", "occurred_at": ago(days=40), "due_at": ago(days=20)}
    stated = await done(crm.customers, "POST", f"{path}/preferences", seat)
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["inputs"]["preferences_due"] == 1)
    assert (card["cs"]["customization"]["value"], card["bonds"]["customization"]["strength"]) == (0, 0)

    use = {"occurred_at": ago(days=5)}
    await done(crm.customers, "POST", f"{path}/preferences/{stated['id']}/use", use, match='"1"')
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["value"] == 1)
    assert card["cs"]["customization"]["inputs"]["preferences_used"] == 1
    assert kinds(card, "customization") == ["stated preference used"]


async def test_C09_a_solution_counts_once_it_is_due_and_when_it_is_delivered(crm: Pipeline, who: str) -> None:
    path = await profiled(crm, who)
    ramp = {"what": "a ramp for his chair", "occurred_at": ago(days=40), "due_at": ago(days=20)}
    promised = await done(crm.customers, "POST", f"{path}/solutions", ramp)
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["inputs"]["solutions_due"] == 1)
    assert card["cs"]["customization"]["value"] == 0

    delivery = {"occurred_at": ago(days=5)}
    await done(crm.customers, "POST", f"{path}/solutions/{promised['id']}/deliver", delivery, match='"1"')
    card = await crm.card_when(who, lambda card: card["cs"]["customization"]["value"] == 1)
    assert card["cs"]["customization"]["inputs"]["solutions_delivered"] == 1
    assert kinds(card, "customization") == ["one-to-one solution delivered"]
