"""W03: what a caller says of a version is heeded, also where none need be said."""

from tests.customers.visits import kinds
from tests.support.client import Client

MAIL = "/v1/customers/ann/consents/marketing/mail"


async def test_C10_a_withdrawal_heeds_a_version_but_needs_none(customers: Client) -> None:
    await customers.put("/v1/customers/ann", {"kind": "individual"})
    await customers.put(MAIL, {"granted_at": "2026-01-01T00:00:00Z", "source": "form"})
    assert (await customers.call("DELETE", MAIL, match='"2"')).status_code == 412
    assert (await customers.get(MAIL)).json()["withdrawn_at"] is None
    assert "crm.consent.withdrawn.v1" not in kinds(await customers.outbox())
    withdrawn = await customers.call("DELETE", MAIL, match='"1"')
    assert (withdrawn.status_code, withdrawn.headers["ETag"]) == (200, '"2"')
    for match in ('"1"', None):  # the same again does nothing, so nothing can be done on stale knowledge
        assert (await customers.call("DELETE", MAIL, match=match)).json() == withdrawn.json()
    assert (await customers.get(MAIL.replace("mail", "sms"))).status_code == 404
