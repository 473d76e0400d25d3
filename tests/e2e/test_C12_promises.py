"""C12: promises and requirements, from REST and the clock to customer care, the chain and our capabilities."""

from typing import Any

from tests.e2e.test_rows import ago, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def promise(crm: Pipeline, who: str, **body: Any) -> str:
    """The path of a new promise."""
    path = f"/v1/customers/{who}/commitments"
    made = await done(crm.customers, "POST", path, {"what": "call back"} | body)
    return f"{path}/{made['id']}"


async def misses(crm: Pipeline, who: str, promise: str) -> list[str]:
    """When scoring heard that the promise was missed, to the second."""
    items = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
    found = [item for item in items if item["type"] == "crm.commitment.missed.v1"]
    return [item["time"][:19] for item in found if item["subject"] == promise]


async def test_C12_promises_kept_and_missed_are_customer_care(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    kept = await promise(crm, who, occurred_at=ago(days=9), due_at=ago(days=7))
    await done(crm.customers, "POST", f"{kept}/meet", {"occurred_at": ago(days=8)}, match="*")
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 100)

    missed = await promise(crm, who, occurred_at=ago(days=6), due_at=ago(days=4))
    await promise(crm, who, due_at=ago(days=-30))  # not due yet: it does not count
    card = await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 50)
    assert card["cs"]["customer_care"]["inputs"]["commitments_due"] == 2
    told = await eventually(lambda: misses(crm, who, missed.rpartition("/")[2]))
    assert told == [ago(days=4)[:19]], "missed when it was due, whenever the clock looked"

    stands = await crm.customers.get(missed)
    assert (stands.json()["state"], stands.json()["kept"]) == ("missed", False)
    late = await done(crm.customers, "POST", f"{missed}/meet", {"occurred_at": ago(days=5)}, match='"2"')
    assert late["kept"] is True, "done in time, though the news came after the clock"
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 100)


async def test_C12_a_promise_met_late_stays_broken(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    late = await promise(crm, who, occurred_at=ago(days=9), due_at=ago(days=7))
    await done(crm.customers, "POST", f"{late}/meet", {"occurred_at": ago(days=6)}, match="*")
    card = await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 0)
    assert card["cs"]["customer_care"]["inputs"]["commitments_kept"] == 0


async def test_C12_a_links_promises_are_its_health(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.customers, "POST", "/v1/partners", {"id": f"{who}-e7", "kind": "employee"})
    role = {"customer_id": who, "party_id": f"{who}-e7", "role": "account_manager", "occurred_at": ago(days=20)}
    link = (await done(crm.customers, "POST", "/v1/relationships", role))["id"]
    for day in (9, 8):
        kept = await promise(crm, who, occurred_at=ago(days=day), due_at=ago(days=day - 1), link=link)
        if day == 9:
            await done(crm.customers, "POST", f"{kept}/meet", {"occurred_at": ago(days=day)}, match="*")
    await crm.card_when(who, lambda card: card["cs"]["chain_of_relationships"]["score"] == 50)


async def test_C12_checks_of_requirements_are_the_quality_we_are_capable_of(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    path = f"/v1/customers/{who}/requirements"
    stated = await done(crm.customers, "POST", path, {"what": "no nuts", "occurred_at": ago(days=9)})
    checks = f"{path}/{stated['id']}/checks"
    for day, conforms in ((8, True), (7, True), (6, False)):
        await done(crm.customers, "POST", checks, {"conforms": conforms, "occurred_at": ago(days=day)})
    able = "capabilities"
    card = await crm.card_when(who, lambda card: card["cs"][able]["inputs"]["quality"]["called"] == 3)
    quality = card["cs"][able]["inputs"]["quality"]
    assert (quality["met"], round(quality["share"], 3)) == (2, 0.667)
    assert round(card["cs"][able]["score"], 1) == 66.7
    assert {each["subject"] for each in card["cs"][able]["evidence"]} == {stated["id"]}
