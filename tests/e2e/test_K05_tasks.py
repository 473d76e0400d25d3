"""K05: follow-ups, from REST and from scoring's own warnings to customer care."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def tasks(crm: Pipeline, who: str, kind: str) -> list[dict[str, Any]]:
    """The customer's follow-ups of one kind."""
    items = (await crm.complaints.get(f"/v1/tasks?customer_id={who}")).json()["items"]
    return [item for item in items if item["kind"] == kind]


async def test_K05_follow_ups_in_time_are_customer_care(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    told = {"customer_id": who, "kind": "call_back", "occurred_at": ago(days=9), "due_at": ago(days=7)}
    first = await done(crm.complaints, "POST", "/v1/tasks", told)
    settled = {"outcome": "settled", "occurred_at": ago(days=8)}
    await done(crm.complaints, "POST", f"/v1/tasks/{first['id']}/complete", settled, match='"1"')
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 100)
    late = await done(crm.complaints, "POST", "/v1/tasks", told)
    card = await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 50)
    inputs = card["cs"]["customer_care"]["inputs"]
    assert (inputs["follow_ups_due"], inputs["follow_ups_in_time"]) == (2, 1)
    overdue = (await crm.complaints.get(f"/v1/tasks?overdue=true&customer_id={who}")).json()["items"]
    assert [item["id"] for item in overdue] == [late["id"]]


async def test_K05_a_risk_opens_a_follow_up_that_counts(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20))
    # Told together with what is old, the risk would be no news.
    await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    leaving = {"reason": "price", "occurred_at": ago(hours=1)}
    await done(crm.customers, "POST", f"/v1/customers/{who}/exits", leaving)
    [task] = await eventually(lambda: tasks(crm, who, "win_back"))
    assert (task["cause"], task["store_id"], task["about"]["kind"]) == ("price", "330", "defection_risk")
    path = f"/v1/tasks/{task['id']}/complete"
    finished = await done(crm.complaints, "POST", path, {"outcome": "stays", "how": "A better price"}, match='"1"')
    assert finished["in_time"] is True
    card = await crm.card_when(who, lambda card: card["cs"]["customer_care"]["inputs"].get("follow_ups_due") == 1)
    assert card["cs"]["customer_care"]["inputs"]["follow_ups_in_time"] == 1


async def test_K05_a_gesture_is_followed_up(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    made = {"kind": "social", "by": "emp-7", "why": "the dog", "occurred_at": ago(hours=1), "store_id": "330"}
    gesture = await done(crm.customers, "POST", f"/v1/customers/{who}/gestures", made)
    [task] = await eventually(lambda: tasks(crm, who, "ask_how_received"))
    assert (task["about"]["id"], task["store_id"], task["state"]) == (gesture["id"], "330", "open")
