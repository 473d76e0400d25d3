"""Subject access (C10): one document of everything that the four services hold."""

from services.customers.export.peers import Peers
from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

ASHA = {"kind": "individual", "name": "Asha Rao", "email": "asha@example.com"}


async def lived(crm: Pipeline, who: str) -> None:
    """A customer of whom every service holds something."""
    await done(crm.customers, "PUT", f"/v1/customers/{who}", ASHA)
    granted = {"granted_at": ago(days=50), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", granted)
    visit = {"id": f"v-{who}", "customer_id": who, "channel": "store", "started_at": ago(days=20), "note": "tired"}
    await done(crm.customers, "POST", "/v1/visits", visit | {"ended_at": ago(days=19)})
    await done(crm.loyalty, "POST", "/v1/cards", {"id": f"c-{who}", "customer_id": who})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20))
    complaint = {"customer_id": who, "store_id": "330", "category": "service", "severity": "normal"}
    await done(crm.complaints, "POST", "/v1/complaints", complaint | {"occurred_at": ago(days=5), "text": "too slow"})
    await crm.card_when(who, lambda card: card["phase"] != "prospect")


async def test_C10_an_export_tells_everything_of_all_services(crm: Pipeline, who: str) -> None:
    await lived(crm, who)
    answer = await crm.customers.get(f"/v1/customers/{who}/export")
    assert answer.status_code == 200, answer.text
    services = answer.json()["services"]
    assert set(services) == {"customers", "complaints", "loyalty", "scoring"}
    own = services["customers"]
    assert {"customers", "consents", "visits", "history"} <= set(own)
    assert (own["customers"][0]["name"], own["visits"][0]["note"]) == ("Asha Rao", "tired")
    assert services["complaints"]["complaints"][0]["text"] == "too slow"
    assert services["complaints"]["complaint_steps"]
    assert services["loyalty"]["purchase_lines"][0]["list_amount"] == "10.00"
    assert services["loyalty"]["cards"][0]["id"] == f"c-{who}"
    types = {fact["type"] for fact in services["scoring"]["facts"]}
    assert {"crm.customer.registered.v1", "crm.purchase.completed.v1"} <= types
    assert services["scoring"]["cards"][0]["card"]["customer_id"] == who


async def test_C10_an_export_holds_nothing_of_others(crm: Pipeline, who: str) -> None:
    other = f"{who}-other"
    await lived(crm, who)
    await done(crm.customers, "PUT", f"/v1/customers/{other}", ASHA | {"name": "Somebody Else"})
    assert "Somebody Else" not in (await crm.customers.get(f"/v1/customers/{who}/export")).text


async def test_C10_an_export_is_whole_or_not_at_all(crm: Pipeline, who: str) -> None:
    await lived(crm, who)
    assert (await crm.customers.get("/v1/customers/nobody-at-all/export")).status_code == 404
    narrow = crm.customers.issuer.token(scopes=["customers:read", "customers:admin", "complaints:read", "loyalty:read"])
    refused = await crm.customers.get(f"/v1/customers/{who}/export", bearer=narrow)
    assert (refused.status_code, "scoring:read" in refused.json()["detail"]) == (403, True)
    bound = crm.customers.issuer.token(stores=["330"])
    assert (await crm.customers.get(f"/v1/customers/{who}/export", bearer=bound)).status_code == 403
    assert crm.customers.app is not None
    state = crm.customers.app.state
    whole, state.peers = state.peers, Peers({"loyalty": "http://127.0.0.1:1"})
    try:
        away = await crm.customers.get(f"/v1/customers/{who}/export")
    finally:
        state.peers = whole
    assert (away.status_code, away.headers["Retry-After"]) == (503, "5")
    assert away.json()["type"] == "urn:elevenfold:problem:peer-unavailable"
