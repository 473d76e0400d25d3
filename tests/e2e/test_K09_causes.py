"""K09: root causes, from the cases and the sales that other services tell of, to what recurs and to the audit."""

from typing import Any

from tests.e2e.closes import closed
from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def suffer(crm: Pipeline, who: str, cause: str) -> str:
    """A customer buys, complains and is told that it is settled; the path of their complaint."""
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 5, store_id=cause))
    told = {"customer_id": who, "store_id": cause, "category": "service", "severity": "normal"}
    opened = await done(crm.complaints, "POST", "/v1/complaints", told | {"occurred_at": ago(hours=30)})
    path = f"/v1/complaints/{opened['id']}"
    settled = {"resolution": "Second till opened", "root_cause": cause, "occurred_at": ago(hours=29)}
    await done(crm.complaints, "POST", f"{path}/resolve", settled, match="*")
    return path


async def test_K09_a_cause_that_recurs_is_listed_and_audited(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/purchases", bill(f"{who}-0", 200, store_id=who))
    paths = [await suffer(crm, f"{who}-{number}", who) for number in range(1, 5)]

    async def recurring() -> dict[str, Any] | None:
        query = {"from": ago(days=30), "to": ago(seconds=0), "store_id": who}
        found = await crm.complaints.http.get("/v1/causes", params=query, headers=authorization)
        [cause] = found.json()["items"]
        known: dict[str, Any] = cause
        return known if known["recurring"] and known["rate"]["value"] == 10_000 else None

    authorization = {"Authorization": f"Bearer {crm.complaints.issuer.token()}"}
    cause = await eventually(recurring)
    assert (cause["root_cause"], cause["count"], cause["share"], cause["base"]) == (who, 4, 1, 0)

    action = {"what": "A second till from 5 pm on", "due_at": ago(days=-30), "owner": "emp-7"}
    agreed = await done(crm.complaints, "POST", f"{paths[0]}/corrective-actions", action)
    path = f"{paths[0]}/corrective-actions/{agreed['id']}/complete"
    assert (await done(crm.complaints, "POST", path, {"effective": True}, match='"1"'))["effective"] is True

    for number in range(1, 5):
        await crm.card_when(f"{who}-{number}", lambda card: card["cs"]["customer_care"]["score"] is not None)
    await closed(crm, ago(seconds=0))
    causes = (await crm.scoring.get("/v1/audit")).json()["causes"]
    [audited] = [each for each in causes if each["root_cause"] == who]
    assert (audited["before"]["count"], audited["now"]["count"]) == (0, 4)
    assert audited["now"]["interval"][0] > audited["before"]["share"]
