"""K06: incidents and their steps over REST, on the real database."""

import asyncio
from typing import Any

from services.complaints.workers import working
from shared.events.complaints import IncidentRecorded
from shared.events.customers import CustomerErased
from tests.complaints.incidents import ASIDE, HAPPENED_AT, INCIDENT, STATE, named, recorded, staffed, step, walked
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

CANARY = "canary-that-must-not-sing"


async def test_K06_an_incident_is_told_once_to_its_customer_or_its_store(complaints: Client) -> None:
    for who, key in (("asha", "asha"), (None, "store:330")):
        incident = await recorded(complaints, id=f"i-{who}", customer_id=who)
        assert (incident["state"], incident["version"], incident["steps"]) == ("recorded", 1, [])
        again = await complaints.post("/v1/incidents", INCIDENT | {"id": incident["id"], "customer_id": who})
        assert (again.status_code, again.json()) == (200, incident)
        event = (await complaints.outbox())[-1]
        assert (event.partitionkey, event.subject, event.storeid) == (key, incident["id"], "330")
        assert event.data == IncidentRecorded(kind="unpaid_exit")
        assert event.time.isoformat() == HAPPENED_AT.replace("Z", "+00:00")
    assert len(await complaints.outbox()) == 2
    other = await complaints.post("/v1/incidents", INCIDENT | {"id": "i-asha", "customer_id": "ben"})
    assert other.status_code == 409
    listed = (await complaints.get("/v1/incidents?kind=unpaid_exit&store_id=330")).json()["items"]
    assert [each["id"] for each in listed] == ["i-asha", "i-None"]


async def test_K06_an_incident_that_is_badly_told_leaves_nothing(complaints: Client) -> None:
    before = await dump(complaints.database_url)
    bad: list[dict[str, Any]] = [
        {"kind": "theft"}, {"certain": "yes"}, {"situation": "intoxication"}, {"reported_by": None},
        {"occurred_at": "2999-01-01T00:00:00Z"}, {"charge_amount": 5}, {"store_id": "a b"}, {"colour": "red"},
    ]  # fmt: skip
    for body in bad:
        answer = await complaints.post("/v1/incidents", INCIDENT | body)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:elevenfold:problem:invalid-request"), body
    assert await dump(complaints.database_url) == before


async def test_K06_a_refusal_names_its_rule_and_changes_nothing(complaints: Client) -> None:
    await staffed(complaints)
    incident, broken = await recorded(complaints, id="i1"), await recorded(complaints, id="i2", kind="breakage")
    unsure = await recorded(complaints, id="i3", certain=False, eye_witness=False)
    rude = await walked(complaints, await recorded(complaints, id="i4", kind="misbehaviour"), "call")
    assert named(await step(complaints, rude, "intervene", called="ambulance")) == ["approach_first"]
    rude = (await step(complaints, rude, "intervene", called="police")).json()
    before = await dump(complaints.database_url)
    for by in ("ann", "nobody-we-know"):
        assert named(await step(complaints, incident, "approach", by, **ASIDE)) == ["supervisor_only"]
    open_floor = ASIDE | {"other_customers_present": True}
    assert named(await step(complaints, incident, "approach", **open_floor)) == ["never_before_others"]
    assert named(await step(complaints, incident, "approach")) == ["never_before_others", "always_aside"]
    assert named(await step(complaints, unsure, "approach", **ASIDE)) == ["certain_only", "eye_witness_only"]
    charge: dict[str, Any] = {"charge_amount": "12.00", "currency": "USD"}
    assert named(await step(complaints, broken, "assist", **charge)) == ["never_charge_for_breakage"]
    assert named(await step(complaints, incident, "approach", **ASIDE, **charge)) == ["billed_at_the_counter_only"]
    opened = await complaints.post("/v1/incidents", INCIDENT | {"kind": "breakage"} | charge)
    assert named(opened) == ["never_charge_for_breakage"]
    refused = [await step(complaints, incident, "paid"), await step(complaints, rude, "close")]
    refused.append(await step(complaints, rude, "assist", at="2026-03-01T09:00:00Z"))
    for answer in refused:
        assert (answer.status_code, answer.json()["type"]) == (409, STATE)
    assert "only witness, approach, let_go" in refused[0].json()["detail"]
    bad: list[tuple[str, dict[str, Any]]] = [
        ("dance", {}), ("witness", {}), ("approach", ASIDE | {"certain": True}), ("call", {}),
        ("log", {}), ("assist", {"called": "police"}), ("assist", {"cost_amount": "1.005", "currency": "USD"}),
        ("assist", {"cost_amount": "1.00"}),
    ]  # fmt: skip
    for name, body in bad:
        assert (await step(complaints, incident, name, **body)).status_code == 422, (name, body)
    assert (await step(complaints, incident, "log")).json()["errors"][0]["pointer"] == "/note"
    path = "/v1/incidents/i1/steps"
    let_go = {"step": "let_go", "by": "sue"}
    assert (await complaints.post(path, let_go)).status_code == 428
    assert (await complaints.post(path, let_go, match='"7"')).status_code == 412
    assert await dump(complaints.database_url) == before


async def test_K06_a_role_counts_in_ones_own_store(complaints: Client) -> None:
    for who, store in (("sue", "7"), ("fay", None), ("sam", "330")):
        body = {"role": "customer_service_supervisor", "store_id": store}
        assert (await complaints.put(f"/v1/staff/{who}", body, match=None)).status_code == 201
    for who in ("fay", "sam"):
        taken = await step(complaints, await recorded(complaints, id=f"i-{who}"), "approach", who, **ASIDE)
        assert taken.json()["state"] == "approached"
    elsewhere = await recorded(complaints, id="i-sue")
    assert named(await step(complaints, elsewhere, "approach", "sue", **ASIDE)) == ["supervisor_only"]


async def test_K06_of_two_supervisors_at_the_same_moment_one_wins(complaints: Client) -> None:
    await staffed(complaints)
    incident = await recorded(complaints)
    both = [step(complaints, incident, "approach", by, **ASIDE) for by in ("sue", "fay")]
    answers = await asyncio.gather(*both, step(complaints, incident, "let_go", "ann"))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]
    stands = (await complaints.get(f"/v1/incidents/{incident['id']}")).json()
    assert (stands["version"], len(stands["steps"])) == (2, 1)


async def test_K06_misbehaviour_from_the_call_to_the_logbook(complaints: Client) -> None:
    rude = await recorded(complaints, kind="misbehaviour", situation="intoxication", certain=False)
    called = await step(complaints, rude, "call", "ann", called="ambulance", at="2026-03-01T10:02:00Z")
    there = await step(complaints, called.json(), "intervene", "ann", called="ambulance", at="2026-03-01T10:09:30Z")
    helped = await walked(complaints, there.json(), "assist")
    assert (helped["minutes_to_intervention"], helped["situation"]) == (9.5, "intoxication")
    assert (helped["steps"][0]["called"], helped["steps"][0]["at"]) == ("ambulance", "2026-03-01T10:02:00Z")
    assert named(await step(complaints, helped, "close")) == ["logbook_first"]
    logged = (await step(complaints, helped, "log", "ann", note="taken home by ambulance")).json()
    entry = (await complaints.get(f"/v1/logbook/{logged['logbook_entry_id']}")).json()
    assert (entry["note"], entry["incident_id"], entry["kind"]) == ("taken home by ambulance", rude["id"], "incident")
    assert (entry["store_id"], entry["occurred_at"], entry["reported_by"]) == ("330", HAPPENED_AT, "ann")
    assert (await walked(complaints, logged, "close"))["state"] == "closed"
    history = (await complaints.get(f"/v1/incidents/{rude['id']}/history")).json()["items"]
    assert [each["what"] for each in history] == ["close", "log", "assist", "intervene", "call", "record"]


async def test_K06_the_options_say_what_may_be_done_and_why_not(complaints: Client) -> None:
    incident = await recorded(complaints, certain=False)
    told_of = (await complaints.get(f"/v1/incidents/{incident['id']}/options")).json()
    options = {each["step"]: each for each in told_of["options"]}
    assert (told_of["state"], [name for name, each in options.items() if each["allowed"]]) == (
        "recorded",
        ["witness", "let_go", "abandoned"],
    )
    assert [rule["code"] for rule in options["approach"]["why_not"]] == ["certain_only"]
    assert {rule["code"] for rule in options["approach"]["demands"]} > {"supervisor_only", "always_aside"}
    assert [rule["code"] for rule in options["paid"]["why_not"]] == ["wrong_state"]


async def test_K06_another_stores_incidents_are_hidden(complaints: Client) -> None:
    incident, bound = await recorded(complaints), complaints.issuer.token(stores=["7"])
    path = f"/v1/incidents/{incident['id']}"
    assert (await complaints.post("/v1/incidents", INCIDENT, bearer=bound)).status_code == 403
    for hidden in (path, f"{path}/history", f"{path}/options"):
        assert (await complaints.get(hidden, bearer=bound)).status_code == 404
    taken = await complaints.post(f"{path}/steps", {"step": "let_go", "by": "sue"}, match="*", bearer=bound)
    assert taken.status_code == 404
    assert (await complaints.get("/v1/incidents", bearer=bound)).json()["items"] == []
    assert (await complaints.get(path)).json() == incident


async def test_C10_an_incident_stays_without_the_person(complaints: Client) -> None:
    work = working(WORKER_SETTINGS)
    incident = await recorded(complaints, id="i1", customer_id="asha", kind="misbehaviour")
    for name, more in (
        ("call", {"called": "police"}),
        ("intervene", {"called": "police"}),
        ("assist", {}),
        ("log", {}),
    ):
        incident = (await step(complaints, incident, name, note=CANARY, **more)).json()
    entry = {"id": "e2", "store_id": "330", "kind": "note", "occurred_at": HAPPENED_AT, "note": CANARY}
    assert (await complaints.post("/v1/logbook", entry | {"incident_id": "i1"})).status_code == 201
    assert len(found(await dump(complaints.database_url), CANARY)) >= 5
    await handled(complaints, work, told(CustomerErased(erasure_id="part-1"), "asha", "asha"))
    assert found(await dump(complaints.database_url), CANARY, "asha") == []
    stands = (await complaints.get("/v1/incidents/i1")).json()
    assert stands == incident | {"customer_id": None, "steps": stands["steps"]}
    assert (await complaints.get("/v1/logbook/e2")).json()["note"] is None
    repeated = await complaints.post("/v1/incidents", INCIDENT | {"id": "i9", "customer_id": "asha"})
    assert repeated.status_code == 410
    assert (await walked(complaints, stands, "close"))["state"] == "closed"
