"""Contacts with and without consent (C10)."""

from typing import Any

import pytest

from tests.support.client import Client

CONTACT = {"purpose": "marketing", "channel": "mail", "by": "emp-7", "occurred_at": "2026-02-01T10:00:00Z"}
PATH = "/v1/customers/asha/contacts"


@pytest.fixture
async def asha(customers: Client) -> Client:
    """Asha agreed to mail for marketing on the first of January 2026."""
    await customers.put("/v1/customers/asha", {"kind": "individual", "name": "Asha Rao"})
    granted = {"granted_at": "2026-01-01T00:00:00Z", "source": "web form"}
    assert (await customers.put("/v1/customers/asha/consents/marketing/mail", granted)).status_code == 200
    return customers


async def violations(client: Client) -> list[Any]:
    """The events that tell of contacts without consent."""
    return [event.data for event in await client.outbox() if event.type == "crm.contact.violation.v1"]


async def test_C10_a_contact_with_consent_is_noted(asha: Client) -> None:
    answer = await asha.post(PATH, CONTACT | {"id": "k1"})
    assert (answer.status_code, answer.json()["refused"]) == (201, False)
    assert (await asha.post(PATH, CONTACT | {"id": "k1"})).status_code == 200
    assert (await asha.post(PATH, CONTACT | {"id": "k1", "by": "emp-8"})).status_code == 409
    assert (await asha.get(f"{PATH}/k1")).json() == answer.json()
    assert await violations(asha) == []


@pytest.mark.parametrize(
    "change",
    [{"channel": "sms"}, {"purpose": "research"}, {"occurred_at": "2025-12-31T23:59:59Z"}],
    ids=["channel", "purpose", "before"],
)
async def test_C10_one_without_is_refused_and_told_once(asha: Client, change: dict[str, str]) -> None:
    told = CONTACT | change | {"id": "k2"}
    for _ in range(2):
        answer = await asha.post(PATH, told)
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:no-consent")
    [violation] = await violations(asha)
    assert (violation.purpose, violation.channel) == (told["purpose"], told["channel"])
    refused = (await asha.get(f"{PATH}?refused=true")).json()["items"]
    assert [each["id"] for each in refused] == ["k2"]
    assert (await asha.get(f"{PATH}?refused=false")).json()["items"] == []


async def test_C10_a_withdrawn_consent_covers_what_came_before_it(asha: Client) -> None:
    withdrawn = {"occurred_at": "2026-02-02T00:00:00Z"}
    assert (await asha.call("DELETE", "/v1/customers/asha/consents/marketing/mail", withdrawn)).status_code == 200
    assert (await asha.post(PATH, CONTACT)).status_code == 201
    late = CONTACT | {"occurred_at": "2026-02-02T00:00:00Z"}
    assert (await asha.post(PATH, late)).status_code == 409
    assert len(await violations(asha)) == 1


async def test_C10_a_refused_contact_stays_refused(asha: Client) -> None:
    """Whoever asks again under the same id, after a consent came in, asks about another contact."""
    told = CONTACT | {"id": "k3", "channel": "sms"}
    assert (await asha.post(PATH, told)).status_code == 409
    granted = {"granted_at": "2026-01-01T00:00:00Z", "source": "till"}
    await asha.put("/v1/customers/asha/consents/marketing/sms", granted)
    assert (await asha.post(PATH, told)).status_code == 409
    assert (await asha.post(PATH, told | {"id": "k4"})).status_code == 201


async def test_C10_nobody_is_contacted_who_is_unknown(customers: Client) -> None:
    assert (await customers.post("/v1/customers/nobody/contacts", CONTACT)).status_code == 404
    assert await customers.outbox() == []
