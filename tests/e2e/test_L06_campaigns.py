"""L06: a campaign of today, from consent to the redemption by a purchase, over REST and both workers to the scores."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually

TALK = "communications_interaction_positioning"


async def planned(crm: Pipeline, name: str, **more: Any) -> str:
    """The path of a personal campaign of these weeks."""
    body = {"id": name, "name": "Just for you", "kind": "personal", "control_share": "0"}
    body |= {"starts_on": ago(days=20)[:10], "ends_on": ago(days=-20)[:10]}
    await done(crm.loyalty, "POST", "/v1/campaigns", body | more)
    return f"/v1/campaigns/{name}"


async def send(crm: Pipeline, campaign: str, who: str) -> dict[str, Any]:
    """What the service answers to a delivery of two hours ago."""
    delivery = {"customer_id": who, "delivered_at": ago(hours=2), "channel": "mail"}
    return await done(crm.loyalty, "POST", f"{campaign}/deliveries", {"deliveries": [delivery]})


async def test_L06_sent_with_consent_alone_and_redeemed_by_a_purchase(crm: Pipeline, who: str) -> None:
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    campaign = await planned(crm, f"c-{who}")
    answer = await send(crm, campaign, who)
    assert (answer["accepted"], answer["withheld"]) == (0, [{"customer_id": who, "reason": "no_consent"}])

    consent = {"granted_at": ago(days=30), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", consent)

    async def taken() -> bool:
        answer = await send(crm, campaign, who)
        return bool(answer["accepted"] == 1)

    await eventually(taken)
    card = await crm.card_when(who, lambda card: card["cs"][TALK]["inputs"].get("delivered") == 1)
    assert (card["cs"][TALK]["inputs"]["answered"], card["cs"][TALK]["inputs"]["violations"]) == (0, 0)
    assert card["cs"]["customization"]["inputs"]["personal_offers_accepted"] == 0

    sale = await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 0.01, campaign_id=f"c-{who}"))
    card = await crm.card_when(who, lambda card: card["cs"][TALK]["inputs"].get("answered") == 1)
    assert card["cs"]["customization"]["inputs"]["personal_offers_accepted"] == 1
    found = (await crm.loyalty.get(f"{campaign}/results")).json()
    assert (found["delivered"], found["answered"]["count"], found["by_kind"]) == (1, 1, {"redeemed": 1})
    assert (found["redeemed_purchases"], found["redeemed_amount"]) == (1, {"USD": "9.50"})
    told = {"customer_id": who, "responded_at": ago(hours=0), "kind": "redeemed", "purchase_id": sale["id"]}
    again = await done(crm.loyalty, "POST", f"{campaign}/responses", {"responses": [told]})
    assert again == {"accepted": 0, "duplicate": 1}


async def test_L06_a_campaign_for_a_segment_is_for_its_members(crm: Pipeline, who: str) -> None:
    name = f"s-{who}"
    rule = {"field": "phase", "is": "in", "value": ["acquisition", "retention", "extension"]}
    segment = {"name": "Has bought", "owner": "campaigns", "rule": {"all": [rule]}}
    await done(crm.scoring, "PUT", f"/v1/segments/{name}", segment)
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual"})
    consent = {"granted_at": ago(days=30), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", consent)
    campaign = await planned(crm, f"c-{who}", segment_id=name)

    async def judged() -> str:
        withheld = (await send(crm, campaign, who))["withheld"]
        return str(withheld[0]["reason"])

    async def out_of_it() -> bool:
        return await judged() == "not_in_segment"

    await eventually(out_of_it)
    await done(crm.loyalty, "POST", "/v1/purchases", bill(who, 0.5))

    async def selected() -> bool:
        page = (await crm.loyalty.get(f"{campaign}/selection?channel=mail&limit=500")).json()
        return {"customer_id": who, "verdict": "deliver"} in page["items"]

    await eventually(selected)
