"""Contacts with and without consent (C10)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.customers.contacts.domain import Step, consented
from tests.customers.test_merges import merge
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


async def test_C10_a_contact_told_late_is_judged_by_what_held_then(asha: Client) -> None:
    """Granted in January, withdrawn on the second of February, granted again in March."""
    consent = "/v1/customers/asha/consents/marketing/mail"
    await asha.call("DELETE", consent, {"occurred_at": "2026-02-02T00:00:00Z"})
    again = {"granted_at": "2026-03-01T00:00:00Z", "source": "till"}
    assert (await asha.put(consent, again, match='"2"')).status_code == 200
    days = ("2025-12-31", "2026-02-01", "2026-02-15", "2026-03-02")
    answers = [await asha.post(PATH, CONTACT | {"occurred_at": f"{day}T10:00:00Z"}) for day in days]
    assert [answer.status_code for answer in answers] == [409, 201, 409, 201]


async def test_C10_who_withdrew_under_one_id_withdrew_under_all(asha: Client) -> None:
    await asha.put("/v1/customers/rao", {"kind": "individual"})
    assert (await asha.post("/v1/customers/rao/contacts", CONTACT)).status_code == 409
    assert (await merge(asha, "rao", "asha")).status_code == 200
    assert (await asha.post("/v1/customers/rao/contacts", CONTACT)).status_code == 201, "Asha agreed, and is the same"
    consent, granted = "/v1/customers/rao/consents/marketing/mail", "2026-01-10T00:00:00Z"
    assert (await asha.put(consent, {"granted_at": granted, "source": "till"})).status_code == 200
    await asha.call("DELETE", consent, {"occurred_at": "2026-01-20T00:00:00Z"})
    for name in ("asha", "rao"):
        assert (await asha.post(f"/v1/customers/{name}/contacts", CONTACT)).status_code == 409
    early = CONTACT | {"occurred_at": "2026-01-15T00:00:00Z"}
    assert (await asha.post(PATH, early)).status_code == 201


async def test_C10_a_retry_of_a_refused_one_is_told_once(asha: Client) -> None:
    """Without an id, a contact is known by the key of its request."""
    told = CONTACT | {"channel": "sms"}
    for _ in range(3):
        assert (await asha.post(PATH, told, key="try-1")).json()["type"] == "urn:elevenfold:problem:no-consent"
    assert len(await violations(asha)) == 1
    assert len((await asha.get(PATH)).json()["items"]) == 1
    other = asha.issuer.token(sub="somebody-else")
    for options in ({"key": "try-2"}, {"key": "try-1", "bearer": other}):
        assert (await asha.post(PATH, told, **options)).status_code == 409
    assert len(await violations(asha)) == 3


def on(day: int) -> datetime:
    """A day of January 2026."""
    return datetime(2026, 1, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("steps", "agreed"),
    [
        ([], False),
        ([Step("a", on(9), True)], True),
        ([Step("a", on(11), True)], False),
        ([Step("a", on(10), True), Step("b", on(10), False)], False),
        ([Step("b", on(10), False), Step("a", on(10), True)], False),
        ([Step("a", on(5), True), Step("a", on(11), False)], True),
        ([Step("a", on(8), True), Step("a", on(2), True), Step("a", on(4), False)], False),
        ([Step("a", on(8), True), Step("b", on(2), True), Step("b", on(4), False)], True),
    ],
    ids=["nothing", "before", "after", "tie", "tie turned", "withdrawn later", "corrected, then withdrawn", "another"],
)
def test_C10_what_was_said_last_by_then_counts(steps: list[Step], agreed: bool) -> None:
    assert consented(steps, on(10)) is agreed
