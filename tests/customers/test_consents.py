"""Consents: granted, granted anew, withdrawn."""

import asyncio
from datetime import UTC, datetime

import pytest

from shared.events import Event
from shared.events.customers import ConsentGranted, ConsentWithdrawn
from tests.support.client import Client

SECRET = "told-at-the-desk"  # a code in its form, so that it would fit into any field of an event
GRANT = {"granted_at": "2026-01-01T00:00:00Z", "source": SECRET}
PATH = "/v1/customers/ann/consents/marketing/mail"
GRANTED, WITHDRAWN = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
async def ann(customers: Client) -> Client:
    """The customers service, which knows ann and ben."""
    for name in ("ann", "ben"):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201
    return customers


async def told(customers: Client) -> list[Event]:
    """What was told of consents."""
    return [event for event in await customers.outbox() if event.type.startswith("crm.consent.")]


async def kinds(customers: Client) -> list[str]:
    """The types of what was told of consents, their last parts."""
    return [event.type.split(".")[2] for event in await told(customers)]


async def withdraw(customers: Client, occurred_at: str = "2026-02-01T00:00:00Z") -> None:
    """The consent no longer stands."""
    answer = await customers.call("DELETE", PATH, {"occurred_at": occurred_at})
    assert answer.status_code == 200, answer.text


async def test_C10_every_field_comes_back(ann: Client) -> None:
    granted = await ann.put(PATH, GRANT)
    whole = {"customer_id": "ann", "purpose": "marketing", "channel": "mail", "withdrawn_at": None, "version": 1}
    assert (granted.status_code, granted.headers["ETag"], granted.json()) == (200, '"1"', GRANT | whole)
    assert (await ann.get("/v1/customers/ann/consents")).json()["items"] == [granted.json()]
    assert (await ann.get("/v1/customers/ben/consents")).json()["items"] == []


async def test_C10_the_same_grant_again_tells_nothing(ann: Client) -> None:
    first = await ann.put(PATH, GRANT)
    again = await ann.put(PATH, GRANT)
    elsewhere = await ann.put(PATH, GRANT | {"granted_at": "2026-01-01T05:30:00+05:30"}, match='"7"')
    assert [again.status_code, elsewhere.status_code] == [200, 200]
    assert first.json() == again.json() == elsewhere.json()
    assert await kinds(ann) == ["granted"]


async def test_C10_the_same_grant_at_once_is_one_event(ann: Client) -> None:
    answers = await asyncio.gather(*(ann.put(PATH, GRANT) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert await kinds(ann) == ["granted"]


@pytest.mark.parametrize("change", [{"source": "form"}, {"granted_at": "2026-01-02T00:00:00Z"}])
async def test_C10_another_grant_needs_the_version(ann: Client, change: dict[str, str]) -> None:
    first = await ann.put(PATH, GRANT)
    for match, status in ((None, 428), ('"2"', 412)):
        assert (await ann.put(PATH, GRANT | change, match=match)).status_code == status
    assert (await ann.get("/v1/customers/ann/consents")).json()["items"] == [first.json()]
    assert await kinds(ann) == ["granted"]
    changed = await ann.put(PATH, GRANT | change, match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == first.json() | change | {"version": 2}
    assert await kinds(ann) == ["granted", "granted"]


async def test_C10_of_an_unknown_customer(ann: Client) -> None:
    path = PATH.replace("ann", "nobody")
    assert (await ann.put(path, GRANT)).status_code == 404
    assert (await ann.call("DELETE", path)).status_code == 404
    assert (await ann.call("DELETE", PATH)).status_code == 404  # ann is known, but never agreed
    assert await told(ann) == []


async def test_C10_a_withdrawal_counts_once(ann: Client) -> None:
    await ann.put(PATH, GRANT)
    first = await ann.call("DELETE", PATH, {"occurred_at": "2026-02-01T00:00:00Z"})
    again = await ann.call("DELETE", PATH, {"occurred_at": "2026-03-01T00:00:00Z"})
    bare = await ann.call("DELETE", PATH)
    assert [answer.status_code for answer in (first, again, bare)] == [200, 200, 200]
    assert (first.json()["withdrawn_at"], first.json()["version"]) == ("2026-02-01T00:00:00Z", 2)
    assert first.json() == again.json() == bare.json()
    assert await kinds(ann) == ["granted", "withdrawn"]


async def test_C10_withdrawn_at_once_is_one_event(ann: Client) -> None:
    await ann.put(PATH, GRANT)
    answers = await asyncio.gather(*(ann.call("DELETE", PATH) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["withdrawn_at"] for answer in answers}) == 1
    assert await kinds(ann) == ["granted", "withdrawn"]


@pytest.mark.parametrize("moment", ["2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"])
async def test_C10_no_grant_anew_before_the_withdrawal(ann: Client, moment: str) -> None:
    await ann.put(PATH, GRANT)
    await withdraw(ann)
    refused = await ann.put(PATH, GRANT | {"granted_at": moment}, match='"2"')
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state")
    [kept] = (await ann.get("/v1/customers/ann/consents")).json()["items"]
    assert kept["withdrawn_at"] == "2026-02-01T00:00:00Z"
    assert await kinds(ann) == ["granted", "withdrawn"]


async def test_C10_a_late_repeat_of_the_grant_does_not_undo_the_withdrawal(ann: Client) -> None:
    await ann.put(PATH, GRANT)
    await withdraw(ann)
    assert [(await ann.put(PATH, GRANT, match=match)).status_code for match in (None, '"1"', '"2"')] == [428, 412, 409]
    assert await kinds(ann) == ["granted", "withdrawn"]


async def test_C10_events_say_what_who_and_when(ann: Client) -> None:
    await ann.put(PATH, GRANT)
    await ann.put("/v1/customers/ben/consents/service/phone", GRANT)
    await withdraw(ann)
    first, other, last = await told(ann)
    assert [(e.type, e.subject, e.partitionkey, e.time) for e in (first, other, last)] == [
        ("crm.consent.granted.v1", "marketing:mail", "ann", GRANTED),
        ("crm.consent.granted.v1", "service:phone", "ben", GRANTED),
        ("crm.consent.withdrawn.v1", "marketing:mail", "ann", WITHDRAWN),
    ]
    assert first.data == ConsentGranted(purpose="marketing", channel="mail")
    assert last.data == ConsentWithdrawn(purpose="marketing", channel="mail")


async def test_C10_each_purpose_and_channel_stands_alone(ann: Client) -> None:
    for tail in ("marketing/mail", "marketing/phone", "service/mail"):
        await ann.put(f"/v1/customers/ann/consents/{tail}", GRANT)
    await withdraw(ann)
    items = (await ann.get("/v1/customers/ann/consents")).json()["items"]
    assert [(c["purpose"], c["channel"], c["withdrawn_at"] is None) for c in items] == [
        ("marketing", "mail", False),
        ("marketing", "phone", True),
        ("service", "mail", True),
    ]


async def test_C10_the_source_is_in_no_event(ann: Client) -> None:
    await ann.put(PATH, GRANT)
    await ann.put(PATH, GRANT | {"granted_at": "2026-01-02T00:00:00Z"}, match='"1"')
    await withdraw(ann)
    assert len(await told(ann)) == 3
    assert not [event for event in await ann.outbox() if SECRET.encode() in event.to_json()]
