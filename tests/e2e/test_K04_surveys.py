"""K04: what customers answer, from REST to the measurements, customer care and the risk that they leave."""

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline


async def test_K04_satisfaction_is_measured_and_told_with_customer_care(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 5))
    before = await crm.card_when(who, lambda card: card["cs"]["customer_measurements"]["score"] is not None)
    asked = {"customer_id": who, "store_id": "330", "occurred_at": ago(days=2)}
    invited = await done(crm.complaints, "POST", "/v1/survey-invitations", asked)
    factors = [
        {"factor": "product", "expectation": 6, "delivery": 5},
        {"factor": "culture", "expectation": 3, "delivery": 6},
    ]
    answered = {"customer_id": who, "invitation_id": invited["id"], "factors": factors, "csat": 4, "nps": 9}
    await done(crm.complaints, "POST", "/v1/surveys", answered | {"occurred_at": ago(days=1), "effort": 2})
    measured = "customer_measurements"
    after = await crm.card_when(who, lambda card: card["cs"][measured]["score"] > before["cs"][measured]["score"])
    care = after["cs"]["customer_care"]["inputs"]
    assert {name: care[name] for name in ("csat", "nps", "effort", "gap")} == {
        "csat": 1.0, "nps": 100.0, "effort": 2.0, "gap": 1.0
    }  # fmt: skip
    assert care["follow_ups_due"] == 0


async def test_K04_a_reason_for_leaving_is_why_and_somebody_calls_back(crm: Pipeline, who: str) -> None:
    bought = [bill(who, day, id=f"{who}-{day}") for day in range(75, 105, 5)]
    await crm.loyalty.stream("/v1/imports/purchases", bought)
    card = await crm.card_when(who, lambda card: card["defection"]["at_risk"])
    assert card["defection"]["cause"] != "service"
    leaving = {"customer_id": who, "occurred_at": ago(hours=1), "reason_for_leaving": "service", "prefers_us": False}
    survey = await done(crm.complaints, "POST", "/v1/surveys", leaving)
    card = await crm.card_when(who, lambda card: card["defection"]["cause"] == "service")
    assert survey["id"] in str(card["defection"]["evidence"])
    [task] = (await crm.complaints.get(f"/v1/tasks?customer_id={who}&state=open")).json()["items"]
    assert (task["kind"], task["cause"]) == ("call_back", "service")
