"""Each row from REST over PostgreSQL, the outbox and Kafka to its effect on the score."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.client import Client
from tests.support.pipeline import Pipeline

TODAY = datetime.now(UTC).replace(microsecond=0)


def ago(**span: float) -> str:
    """A moment so long before now, RFC 3339."""
    return (TODAY - timedelta(**span)).isoformat()


def bill(customer: str | None, days: float, paid: str = "9.50", **more: Any) -> dict[str, Any]:
    """A purchase of one line so many days ago."""
    line = {"product_id": "1", "category": "GROCERY", "quantity": "2", "list_amount": "10.00", "paid_amount": paid}
    when = ago(days=days)
    return {"customer_id": customer, "store_id": "330", "occurred_at": when, "currency": "USD", "lines": [line]} | more


async def done(client: Client, method: str, path: str, body: object, **options: Any) -> dict[str, Any]:
    """A request that must succeed; its answer."""
    answer = await client.call(method, path, body, **options)
    assert answer.status_code in {200, 201}, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_C01_a_profile_makes_a_prospect(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual", "name": "Asha Rao"})
    card = await crm.card_when(who, lambda card: card["phase"] == "prospect")
    assert card["cs"]["customer"]["score"] is None
    assert card["index"] is None


async def test_L01_purchases_move_the_phase_and_the_score(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 40))
    await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 10))
    card = await crm.card_when(who, lambda card: card["phase"] == "retention")
    assert [change["phase"] for change in card["phase_history"]] == ["acquisition", "retention"]


async def test_L01_a_purchase_wholly_returned_is_none(crm: Pipeline, who: str) -> None:
    bought = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 10))
    given_back = {
        "occurred_at": ago(days=2),
        "reason": "unwanted",
        "lines": [{"line": 1, "quantity": "2", "refund_amount": "9.50"}],
    }
    await done(crm.loyalty, "POST", f"/v1/purchases/{bought['id']}/returns", given_back)
    measured = "customer_measurements"
    card = await crm.card_when(who, lambda card: card["cs"]["categories"]["n"] == 0)
    assert card["phase"] == "acquisition", "a later return does not move the phase back"
    assert card["cs"][measured]["reason"]


async def test_L01_an_anonymous_sale_is_nobodys(crm: Pipeline, who: str) -> None:
    sold = await done(crm.loyalty, "POST", "/v1/purchases", bill(None, 1))
    assert sold["customer_id"] is None
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 1))
    await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    streamed = await crm.scoring.get("/v1/scorecards")
    assert '"customer_id":"store:330"' not in streamed.text


async def test_L02_an_import_counts_as_single_purchases_do(crm: Pipeline, who: str) -> None:
    lines = [bill(who, day, id=f"{who}-{day}") for day in (30, 20, 10)]
    told = await crm.loyalty.stream("/v1/imports/purchases", [*lines, lines[0], b"no json\n"])
    assert [line["status"] for line in told[:-1]] == ["accepted"] * 3 + ["duplicate", "rejected"]
    assert told[-1] == {"accepted": 3, "duplicate": 1, "rejected": 1}
    await crm.card_when(who, lambda card: card["phase"] == "retention")
    timeline = (await crm.scoring.get(f"/v1/customers/{who}/timeline")).json()["items"]
    assert [item["subject"] for item in timeline] == [f"{who}-{day}" for day in (10, 20, 30)]


async def test_L02_imported_visits_arrive(crm: Pipeline, who: str) -> None:
    visit = {"id": f"{who}-v", "customer_id": who, "channel": "store", "started_at": ago(days=3)}
    told = await crm.customers.stream("/v1/imports/visits", [visit, visit | {"note": "other"}, visit | {"x": 1}])
    assert [line["status"] for line in told[:-1]] == ["accepted", "rejected", "rejected"]
    card = await crm.card_when(who, lambda card: card["cs"]["customer_measurements"]["score"] is not None)
    assert card["cs"]["customer_measurements"]["evidence"][0]["subject"] == f"{who}-v"


async def test_C10_a_contact_counts_only_under_consent(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    campaign = {"id": f"c-{who}", "name": "Spring", "kind": "personal", "starts_on": ago(days=20)[:10]}
    campaign |= {"ends_on": ago(days=1)[:10], "control_share": "0"}
    await done(crm.loyalty, "POST", "/v1/campaigns", campaign)
    delivery = {"customer_id": who, "delivered_at": ago(days=15), "channel": "mail"}
    await done(crm.loyalty, "POST", f"/v1/campaigns/c-{who}/deliveries", {"deliveries": [delivery]})
    dialogue = "communications_interaction_positioning"
    await crm.card_when(who, lambda card: card["cs"][dialogue]["inputs"].get("violations") == 1)
    consent = {"granted_at": ago(days=30), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", consent)
    await crm.card_when(who, lambda card: card["cs"][dialogue]["inputs"].get("delivered") == 1)


async def test_L06_an_answer_to_a_personal_offer_counts(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    consent = {"granted_at": ago(days=60), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", consent)
    campaign = {"id": f"c-{who}", "name": "Just for you", "kind": "personal", "starts_on": ago(days=20)[:10]}
    campaign |= {"ends_on": ago(days=1)[:10], "control_share": "0"}
    await done(crm.loyalty, "POST", "/v1/campaigns", campaign)
    delivery = {"customer_id": who, "delivered_at": ago(days=15), "channel": "mail"}
    await done(crm.loyalty, "POST", f"/v1/campaigns/c-{who}/deliveries", {"deliveries": [delivery]})
    dialogue = "communications_interaction_positioning"
    await crm.card_when(who, lambda card: card["cs"][dialogue]["inputs"].get("answered") == 0)
    response = {"customer_id": who, "responded_at": ago(days=10), "kind": "redeemed"}
    await done(crm.loyalty, "POST", f"/v1/campaigns/c-{who}/responses", {"responses": [response]})
    card = await crm.card_when(who, lambda card: card["cs"][dialogue]["inputs"].get("answered") == 1)
    assert card["cs"]["customization"]["n"] == 1


async def test_K01_a_complaint_changes_customer_care(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 5))
    before = await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    assert before["cs"]["customer_care"]["score"] is None, "no case: null, never 100"
    told = {"customer_id": who, "store_id": "330", "category": "service", "severity": "normal"}
    opened = await done(crm.complaints, "POST", "/v1/complaints", told | {"occurred_at": ago(hours=2)})
    path = f"/v1/complaints/{opened['id']}"
    await done(crm.complaints, "POST", f"{path}/acknowledge", {}, match='"1"')
    settled = {"resolution": "Second till opened", "root_cause": "staffing", "first_contact": True}
    await done(crm.complaints, "POST", f"{path}/resolve", settled, match='"2"')
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 100)
    await done(crm.complaints, "POST", f"{path}/reopen", {"reason": "again"}, match='"3"')
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 0)


async def test_K01_a_case_that_missed_its_standard_counts_as_failed(crm: Pipeline, who: str) -> None:
    told = {"customer_id": who, "store_id": "330", "category": "price", "severity": "critical"}
    await done(crm.complaints, "POST", "/v1/complaints", told | {"occurred_at": ago(days=3)})
    await crm.card_when(who, lambda card: card["cs"]["customer_care"]["score"] == 0)


async def test_S04_a_stated_exit_is_a_risk_until_the_customer_buys_again(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 20))
    leaving = {"reason": "price", "occurred_at": ago(days=5)}
    await done(crm.customers, "POST", f"/v1/customers/{who}/exits", leaving)
    card = await crm.card_when(who, lambda card: card["defection"]["at_risk"])
    assert card["defection"]["cause"] == "price"
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 1))
    await crm.card_when(who, lambda card: not card["defection"]["at_risk"])


async def test_L05_categories_on_offer_are_what_breadth_is_measured_by(crm: Pipeline, who: str) -> None:
    for name in ("GROCERY", "DELI"):
        offered = {"name": name.title(), "offered_from": "2016-01-01", "assumed_margin": "0.25"}
        await done(crm.loyalty, "PUT", f"/v1/categories/{name}", offered)
    await done(crm.loyalty, "PUT", "/v1/stores/330", {"name": "Main Street", "time_zone": "America/New_York"})
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 5))
    asked = await done(crm.scoring, "POST", "/v1/close", {"as_of": ago(seconds=0)})

    card = await crm.card_when(who, lambda card: card["cs"]["categories"]["score"] is not None)
    # one of two categories, and no evenness with one: the mean of 50 and 0
    assert card["cs"]["categories"]["score"] == 25
    assert (await crm.scoring.get(f"/v1/closes/{asked['id']}")).json()["state"] == "done"


async def test_S12_a_later_purchase_leaves_the_past_as_it_was(crm: Pipeline, who: str) -> None:
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 400))
    await crm.card_when(who, lambda card: card["phase"] == "acquisition")
    then = ago(days=300)
    before = await crm.card(who, as_of=then)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 1))
    await crm.card_when(who, lambda card: card["phase"] == "retention")
    assert await crm.card(who, as_of=then) == before
