"""K03: what an employee may grant by themselves is what we are capable of, from REST to the scorecard."""

from typing import Any

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline

REFUND = {"kind": "refund", "currency": "CHF"}
"""A currency that no other test of the folder governs."""


async def governed(crm: Pipeline, who: str) -> dict[str, str]:
    """Level 3 grants 500; the ids of who is trained for it, of who was, and of who never was."""
    await done(crm.complaints, "PUT", "/v1/authority-limits/3/CHF", {"amount": "500"})
    staff = {name: f"{who}-{name}" for name in ("able", "lapsed", "new")}
    for name, until in (("able", None), ("lapsed", ago(days=15))):
        training = {"level": 3, "occurred_at": ago(days=90), "expires_at": until}
        await done(crm.complaints, "POST", f"/v1/staff/{staff[name]}/trainings", training)
    return staff


async def complaint(crm: Pipeline, who: str) -> dict[str, Any]:
    """A complaint ten days ago."""
    told = {"customer_id": who, "store_id": "330", "category": "product", "severity": "normal"}
    return await done(crm.complaints, "POST", "/v1/complaints", told | {"occurred_at": ago(days=10)})


async def refused(crm: Pipeline, case: dict[str, Any], path: str, body: dict[str, Any]) -> str:
    """The problem's kind by which a request is refused with 403."""
    answer = await crm.complaints.post(f"/v1/complaints/{case['id']}/{path}", body, match=f'"{case["version"]}"')
    assert answer.status_code == 403, answer.text
    kind: str = answer.json()["type"].rpartition(":")[2]
    return kind


async def test_K03_what_is_granted_without_asking_is_what_we_are_capable_of(crm: Pipeline, who: str) -> None:
    staff, case = await governed(crm, who), await complaint(crm, who)
    path = f"/v1/complaints/{case['id']}"
    beyond = REFUND | {"cost_amount": "501", "granted_by": staff["able"]}
    assert await refused(crm, case, "remedies", beyond) == "beyond-authority"
    late = REFUND | {"cost_amount": "500", "granted_by": staff["lapsed"]}
    assert await refused(crm, case, "remedies", late) == "training-expired"

    within = REFUND | {"cost_amount": "500", "granted_by": staff["able"], "occurred_at": ago(days=9)}
    await done(crm.complaints, "POST", f"{path}/remedies", within, match='"1"')
    able = "capabilities"
    card = await crm.card_when(who, lambda card: card["cs"][able]["score"] == 100)
    assert card["cs"][able]["inputs"]["authority"] == {"called": 1, "met": 1, "share": 1.0}

    wanted = REFUND | {"cost_amount": "80", "requested_by": staff["new"], "occurred_at": ago(days=8)}
    asked = await done(crm.complaints, "POST", f"{path}/remedy-requests", wanted, match="*")
    request = asked["remedy_requests"][-1]
    decision = f"remedy-requests/{request['number']}/approve"
    assert await refused(crm, case | {"version": 3}, decision, {"approved_by": staff["new"]}) == "own-request"
    approval = {"approved_by": staff["able"], "occurred_at": ago(days=7)}
    await done(crm.complaints, "POST", f"{path}/{decision}", approval, match='"3"')
    card = await crm.card_when(who, lambda card: card["cs"][able]["score"] == 50)
    assert card["cs"][able]["inputs"]["authority"] == {"called": 2, "met": 1, "share": 0.5}

    again = wanted | {"occurred_at": ago(days=6)}
    asked = await done(crm.complaints, "POST", f"{path}/remedy-requests", again, match="*")
    request = asked["remedy_requests"][-1]
    decision = f"{path}/remedy-requests/{request['number']}/refuse"
    await done(crm.complaints, "POST", decision, {"refused_by": staff["able"], "reason": "given already"}, match='"5"')
    card = await crm.card_when(who, lambda card: card["cs"][able]["inputs"]["authority"]["called"] == 3)
    assert round(card["cs"][able]["score"], 1) == 33.3
    assert {each["subject"] for each in card["cs"][able]["evidence"]} == {case["id"]}
