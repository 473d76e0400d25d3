"""C11: an objective, its strategy, its reviews and its end, from REST to the score and the bond."""

from typing import Any

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline


def customer(card: dict[str, Any]) -> dict[str, Any]:
    """The C that objectives are for."""
    found: dict[str, Any] = card["cs"]["customer"]
    return found


async def test_C11_an_objective_is_scored_by_progress_strategy_and_end(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    path = f"/v1/customers/{who}/objectives"
    aim = {"title": "A visit a day", "target": "10", "unit": "visits", "strategy": "people"}
    aim |= {"occurred_at": ago(days=10), "due_at": ago(days=-10)}
    one = f"{path}/{(await done(crm.customers, 'POST', path, aim))['id']}"
    card = await crm.card_when(who, lambda card: customer(card)["score"] == 0)
    assert customer(card)["inputs"]["default"] is False, "somebody set it: the default ones stand back"

    half = {"progress": "2.5", "occurred_at": ago(days=2)}
    await done(crm.customers, "POST", f"{one}/progress", half, match='"1"')
    # half of the time is over, so 5 of 10 are to be expected: 2.5 is half of that
    await crm.card_when(who, lambda card: 49 < customer(card)["score"] <= 50)
    await done(crm.customers, "POST", f"{one}/progress", {"progress": "10"}, match='"2"')
    await crm.card_when(who, lambda card: customer(card)["score"] == 100)

    await done(crm.customers, "PATCH", one, {"strategy": None}, match='"3"')
    card = await crm.card_when(who, lambda card: customer(card)["score"] == 50)
    assert customer(card)["inputs"]["without_strategy"] == 1
    await done(crm.customers, "PATCH", one, {"target": "20", "strategy": "process"}, match='"4"')
    await crm.card_when(who, lambda card: 99 < customer(card)["score"] <= 100)
    await done(crm.customers, "POST", f"{one}/progress", {"progress": "5"}, match='"5"')
    await crm.card_when(who, lambda card: 49 < customer(card)["score"] <= 50)

    await done(crm.customers, "POST", f"{one}/close", {"reached": False, "reason": "moved away"}, match='"6"')
    card = await crm.card_when(who, lambda card: customer(card)["score"] is None)
    assert card["bonds"]["social"]["strength"] in {None, 0}


async def test_C11_an_objective_reviewed_together_is_a_social_bond(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    path = f"/v1/customers/{who}/objectives"
    aim = {"title": "Fewer deliveries", "target": "4", "unit": "deliveries", "due_at": ago(days=-90)}
    one = f"{path}/{(await done(crm.customers, 'POST', path, aim | {'occurred_at': ago(days=90)}))['id']}"
    alone = {"together": False, "occurred_at": ago(days=80)}
    await done(crm.customers, "POST", f"{one}/review", alone, match='"1"')
    together = {"together": True, "note": "she wants one a week", "occurred_at": ago(days=40)}
    await done(crm.customers, "POST", f"{one}/review", together, match='"2"')
    card = await crm.card_when(who, lambda card: card["bonds"]["social"]["evidence"])
    [piece] = card["bonds"]["social"]["evidence"]
    assert (piece["type"], piece["kind"]) == ("crm.objective.reviewed.v1", "objective reviewed together")
    assert card["bonds"]["social"]["strength"] > 0
    await done(crm.customers, "POST", f"{one}/review", {"together": True}, match='"3"')
    card = await crm.card_when(who, lambda card: len(card["bonds"]["social"]["evidence"]) == 2)
    assert card["bonds"]["social"]["held"]
