"""K06: incidents, from REST over the procedures to what speaks for a customer's defection."""

import asyncio
from typing import Any

from tests.complaints.incidents import ASIDE, named, recorded, staffed, step, walked
from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

CHARGE: dict[str, Any] = {"charge_amount": "12.00", "currency": "USD"}


async def test_K06_an_incident_speaks_for_service_as_the_cause(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 30))
    leaving = {"reason": "price", "occurred_at": ago(days=1)}
    await done(crm.customers, "POST", f"/v1/customers/{who}/exits", leaving)
    card = await crm.card_when(who, lambda card: card["defection"]["at_risk"])
    before = card["defection"]["points"].get("service", 0)
    incident = await recorded(crm.complaints, id=f"{who}-i", customer_id=who, kind="accident", occurred_at=ago(days=9))
    card = await crm.card_when(who, lambda card: card["defection"]["points"].get("service", 0) > before)
    assert [each["cause"] for each in card["defection"]["evidence"] if each["subject"] == incident["id"]] == ["service"]


async def test_K06_each_procedure_is_walked_and_each_rule_named(crm: Pipeline, who: str) -> None:
    client = crm.complaints
    await staffed(client)
    unpaid = await recorded(client, id=f"{who}-a", customer_id=who, certain=False, occurred_at=ago(hours=2))
    assert named(await step(client, unpaid, "approach", "ann", **ASIDE)) == ["supervisor_only", "certain_only"]
    unpaid = await walked(client, unpaid, "witness")
    assert named(await step(client, unpaid, "approach")) == ["never_before_others", "always_aside"]
    way = ("approach", "pretends_ignorance", "asked_to_recheck", "denies", "back_room", "politely_informed", "close")
    assert (await walked(client, unpaid, *way))["state"] == "closed"

    rude = await recorded(client, id=f"{who}-b", kind="misbehaviour", eye_witness=False, occurred_at=ago(hours=2))
    assert named(await step(client, rude, "approach", **ASIDE)) == ["eye_witness_only"]
    rude = (await step(client, rude, "call", called="supervisor")).json()
    assert named(await step(client, rude, "intervene")) == ["approach_first"]
    rude = await walked(client, rude, "call", "intervene", "assist")
    assert named(await step(client, rude, "close")) == ["logbook_first"]
    rude = await walked(client, rude, "log", "close")
    written = (await client.get(f"/v1/logbook?incident_id={rude['id']}")).json()["items"]
    assert [entry["id"] for entry in written] == [rude["logbook_entry_id"]]

    broken = await recorded(client, id=f"{who}-c", kind="breakage", occurred_at=ago(hours=2))
    for name in ("assist", "clean_up", "replace", "regret", "log", "close"):
        charged = CHARGE | ({"note": "seen to"} if name == "log" else {})
        assert named(await step(client, broken, name, **charged)) == ["never_charge_for_breakage"]
        broken = await walked(client, broken, name)


async def test_K06_of_two_supervisors_who_approach_at_once_one_does(crm: Pipeline, who: str) -> None:
    await staffed(crm.complaints)
    incident = await recorded(crm.complaints, id=f"{who}-i", customer_id=who, occurred_at=ago(hours=1))
    answers = await asyncio.gather(*(step(crm.complaints, incident, "approach", by, **ASIDE) for by in ("sue", "fay")))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    stands = (await crm.complaints.get(f"/v1/incidents/{incident['id']}")).json()
    assert len(stands["steps"]) == 1
