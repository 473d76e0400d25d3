"""C01, end to end: what is said of a customer feeds what is measured of them."""

from typing import Any

from tests.e2e.test_rows import ago, bill, done
from tests.support.pipeline import Pipeline

MEASURED = "customer_measurements"


async def test_C01_a_profile_under_consent_is_a_measurement(crm: Pipeline, who: str) -> None:
    told: dict[str, Any] = {"kind": "organization", "name": "Acme", "region": "south", "sector": "retail"}
    told |= {"registered_at": ago(days=800), "contact_points": [{"kind": "phone", "value": "+91 22 1234 5678"}]}
    await done(crm.customers, "PUT", f"/v1/customers/{who}", told)
    await crm.card_when(who, lambda card: card["cs"][MEASURED]["inputs"]["instruments"].get("profile") == 0)

    consent = {"granted_at": ago(days=700), "source": "web form"}
    await done(crm.customers, "PUT", f"/v1/customers/{who}/consents/marketing/mail", consent)
    card = await crm.card_when(who, lambda card: card["cs"][MEASURED]["inputs"]["instruments"]["profile"] > 0)
    stale = card["cs"][MEASURED]["inputs"]["instruments"]["profile"]

    await done(crm.customers, "PATCH", f"/v1/customers/{who}", {"region": "north"}, match='"1"')
    await crm.card_when(who, lambda card: card["cs"][MEASURED]["inputs"]["instruments"]["profile"] > max(stale, 0.99))


async def test_C01_a_till_finds_the_customer_and_their_card(crm: Pipeline, who: str) -> None:
    till = {"system": "till", "value": who[-12:]}
    await done(crm.customers, "PUT", f"/v1/customers/{who}", {"kind": "individual", "external_ids": [till]})
    found = await done(crm.customers, "GET", f"/v1/customers?external_id=till:{till['value']}", None)
    [customer] = found["items"]
    await done(crm.loyalty, "POST", "/v1/purchases", bill(customer["id"], 3))
    await crm.card_when(who, lambda card: card["phase"] == "acquisition")
