"""K01: opening a complaint: ids, repeats, due times."""

import asyncio

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints.settings import ComplaintsSettings
from services.complaints.web import build
from tests.complaints.cases import COMPLAINT, OPENED_AT, opened
from tests.support.client import Client, client_of


async def test_K01_the_same_id_and_content_again_does_nothing(complaints: Client) -> None:
    named = COMPLAINT | {"id": "c-1"}
    first = await complaints.post("/v1/complaints", named)
    again = await complaints.post("/v1/complaints", named | {"text": None, "occurred_at": "2017-03-01T11:00:00+01:00"})
    other = await complaints.post("/v1/complaints", named | {"severity": "high"})
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 409]
    assert first.json() == again.json()
    assert other.json()["type"] == "urn:elevenfold:problem:conflict"
    assert len(await complaints.outbox()) == 1


async def test_K01_a_repeated_opening_shows_how_the_case_stands_now(complaints: Client) -> None:
    case = await opened(complaints, id="c-1")
    await complaints.post("/v1/complaints/c-1/acknowledge", {}, match='"1"')
    again = await complaints.post("/v1/complaints", COMPLAINT | {"id": "c-1"})
    assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
    assert (case["state"], again.json()["state"]) == ("open", "acknowledged")


async def test_K01_many_openings_of_one_id_at_once_make_one_complaint(complaints: Client) -> None:
    await complaints.get("/v1/complaints")  # the issuer's keys are known from here on
    calls = (complaints.post("/v1/complaints", COMPLAINT | {"id": "c-1"}) for _ in range(20))
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len(await complaints.outbox()) == 1


async def test_K01_an_idempotency_key_counts_once(complaints: Client) -> None:
    first = await complaints.post("/v1/complaints", COMPLAINT, key="k-1")
    again = await complaints.post("/v1/complaints", COMPLAINT, key="k-1")
    other = await complaints.post("/v1/complaints", COMPLAINT | {"severity": "low"}, key="k-1")
    assert [answer.status_code for answer in (first, again, other)] == [201, 201, 422]
    assert (first.content, first.headers["ETag"]) == (again.content, again.headers["ETag"])
    assert other.json()["type"] == "urn:elevenfold:problem:idempotency-key-reused"
    assert len(await complaints.outbox()) == 1


async def test_K01_a_repeated_verb_with_its_key_answers_as_before(complaints: Client) -> None:
    case = await opened(complaints)
    path = f"/v1/complaints/{case['id']}/escalate"
    first = await complaints.post(path, {}, match='"1"', key="k-2")
    again = await complaints.post(path, {}, match='"1"', key="k-2")
    assert (again.status_code, again.content) == (200, first.content)
    assert (await complaints.post(path, {"note": "x"}, match='"1"', key="k-2")).status_code == 422
    assert len(await complaints.outbox()) == 2


@pytest.mark.parametrize(
    ("severity", "acknowledge", "resolve"),
    [
        ("low", "2017-03-03T10:00:00Z", "2017-03-11T10:00:00Z"),
        ("normal", "2017-03-02T10:00:00Z", "2017-03-06T10:00:00Z"),
        ("high", "2017-03-01T14:00:00Z", "2017-03-03T10:00:00Z"),
        ("critical", "2017-03-01T11:00:00Z", "2017-03-02T10:00:00Z"),
    ],
)
async def test_K01_due_times_follow_the_severity(
    complaints: Client, severity: str, acknowledge: str, resolve: str
) -> None:
    case = await opened(complaints, severity=severity)
    assert (case["due_acknowledge"], case["due_resolve"]) == (acknowledge, resolve)


async def test_K01_a_standard_from_the_environment_replaces_that_one_only(
    infrastructure: Addresses, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STANDARDS__HIGH__ACKNOWLEDGE", "PT2H")
    async with client_of("complaints", build, infrastructure.postgres_url, issuer, ComplaintsSettings) as client:
        case = await opened(client, severity="high")
        assert (case["due_acknowledge"], case["due_resolve"]) == ("2017-03-01T12:00:00Z", "2017-03-03T10:00:00Z")
        assert (await opened(client))["due_acknowledge"] == "2017-03-02T10:00:00Z"


async def test_K01_what_was_told_is_shown(complaints: Client) -> None:
    more = {"purchase_id": "b-1", "integration_id": "edi-1", "text": "Late", "channel": "phone", "simulated": True}
    case = await opened(complaints, **more)
    assert {name: case[name] for name in COMPLAINT | more} == COMPLAINT | more
    assert (case["occurred_at"], case["version"]) == (OPENED_AT, 1)
