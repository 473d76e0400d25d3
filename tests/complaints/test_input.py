"""K01: what is refused at the door, and how the answer points at it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints.settings import ComplaintsSettings
from services.complaints.web import build
from tests.complaints.cases import COMPLAINT, act, opened
from tests.support.client import Client, client_of
from tests.support.told import BEFORE

AHEAD = (datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)).isoformat()
TIMES = ["2017-03-01T10:00:00", "yesterday", 1488362400, "1899-12-31T00:00:00Z", *BEFORE, AHEAD]


@pytest.fixture(scope="module")
async def complaints(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Client]:
    """One database for all these tests: what is refused leaves nothing behind."""
    async with client_of("complaints", build, infrastructure.postgres_url, issuer, ComplaintsSettings) as client:
        yield client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a b"),
        ("id", ""),
        ("customer_id", None),
        ("customer_id", "a\x00b"),
        ("customer_id", "x" * 65),
        ("store_id", None),
        ("store_id", 330),
        ("category", "weather"),
        ("category", None),
        ("severity", "urgent"),
        ("severity", 1),
        *[("occurred_at", time) for time in [None, *TIMES]],
        ("purchase_id", "b 1"),
        ("integration_id", "edi 1"),
        ("follows", "nothing"),
        ("text", ""),
        ("text", "a\x00b"),
        ("text", "x" * 2001),
        ("channel", "by phone"),
        ("simulated", "yes"),
        ("state", "closed"),
    ],
)
async def test_K01_bad_input_points_at_the_field_and_opens_nothing(
    complaints: Client, field: str, value: object
) -> None:
    before = await complaints.outbox()
    answer = await complaints.post("/v1/complaints", COMPLAINT | {field: value})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert await complaints.outbox() == before


@pytest.mark.parametrize("field", ["customer_id", "store_id", "category", "severity", "occurred_at"])
async def test_K01_a_required_field_is_missed(complaints: Client, field: str) -> None:
    told = {name: value for name, value in COMPLAINT.items() if name != field}
    answer = await complaints.post("/v1/complaints", told)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}")


@pytest.mark.parametrize(
    ("verb", "field", "value"),
    [
        *[(verb, "surprise", 1) for verb in ("acknowledge", "assign", "escalate", "resolve", "close", "reopen")],
        *[(verb, "surprise", 1) for verb in ("withdraw", "remedies", "pause", "resume")],
        *[("acknowledge", "occurred_at", time) for time in TIMES],
        ("assign", "department", None),
        ("assign", "department", "Tills & floor"),
        ("assign", "owner", "Asha Rao"),
        ("escalate", "note", ""),
        ("pause", "note", "x" * 2001),
        ("resume", "occurred_at", "yesterday"),
        ("resolve", "resolution", None),
        ("resolve", "resolution", ""),
        ("resolve", "root_cause", None),
        ("resolve", "root_cause", "Too few people at the till"),
        ("resolve", "first_contact", "yes"),
        ("reopen", "reason", "a\x00b"),
        ("withdraw", "reason", "x" * 2001),
        ("remedies", "kind", "holiday"),
        ("remedies", "cost_amount", "1.00"),
        ("remedies", "granted_by", "Asha Rao"),
    ],
)
async def test_K01_bad_steps_point_at_the_field(complaints: Client, verb: str, field: str, value: object) -> None:
    case = await opened(complaints)
    answer = await act(complaints, case, verb, **{field: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
    assert (await complaints.get(f"/v1/complaints/{case['id']}")).json() == case


@pytest.mark.parametrize(
    ("amount", "currency", "pointer"),
    [
        ("9.505", "USD", "/cost_amount"),
        ("9.5", "JPY", "/cost_amount"),
        ("-1.00", "USD", "/cost_amount"),
        ("NaN", "USD", "/cost_amount"),
        *[(told, "USD", "/cost_amount") for told in ("1e3", "1E+2", "٣", "1_0", " 1 ", "-0", "+1", "1\n", ".5", "1.")],
        ("1000000000000", "USD", "/cost_amount"),
        ("0.0000001", "USD", "/cost_amount"),
        (9.5, "USD", "/cost_amount"),
        (None, "USD", "/cost_amount"),
        ("9.50", None, "/cost_amount"),
        ("9.50", "XXQ", "/currency"),
        ("9.50", "usd", "/currency"),
    ],
)
async def test_K01_a_cost_is_exact_and_has_its_currency(
    complaints: Client, amount: object, currency: object, pointer: str
) -> None:
    case = await opened(complaints)
    answer = await act(complaints, case, "remedies", cost_amount=amount, currency=currency)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("told", "currency", "stored"),
    [
        ("1.000000", "USD", "1.00"),
        ("1", "USD", "1.00"),
        ("100.0", "JPY", "100"),
        ("007.5", "DEM", "7.50"),
        ("999999999999.99", "USD", "999999999999.99"),
        ("999999999999.9999", "CLF", "999999999999.9999"),
    ],
)
async def test_K01_a_cost_has_the_decimals_of_its_currency(
    complaints: Client, told: str, currency: str, stored: str
) -> None:
    answer = await act(complaints, await opened(complaints), "remedies", cost_amount=told, currency=currency)
    assert (answer.status_code, answer.json()["remedies"][0]["cost_amount"]) == (200, stored)
    assert (await complaints.get(f"/v1/complaints/{answer.json()['id']}")).json() == answer.json()
    assert f'"amount":"{stored}"' in (await complaints.outbox())[-1].to_json().decode()


async def test_K01_an_unknown_complaint_is_not_found(complaints: Client) -> None:
    assert (await complaints.get("/v1/complaints/nobody")).status_code == 404
    assert (await complaints.post("/v1/complaints/nobody/close", {}, match='"1"')).status_code == 404
    assert (await complaints.get("/v1/complaints/a%20b")).status_code == 422
