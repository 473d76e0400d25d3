"""K02: service standards: how they are put, and which of them a case is held to."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from tests.complaints.cases import COMPLAINT, opened
from tests.complaints.ticking import HIGH, STANDARD
from tests.support.client import Client

OFFICE: dict[str, Any] = {"time_zone": "America/New_York", "opening_hours": "Mo-Fr 09:00-17:00"}
CALENDAR = "/v1/stores/330/calendar"
FRIDAY = "2026-03-06T20:00:00Z"
"""15:00 in New York, two days before its clocks go forward."""
LATER: list[dict[str, Any]] = [{"after_hours": hours, "to": "region"} for hours in ("2", "2")]


def due(case: dict[str, Any]) -> tuple[str, str]:
    """Until when a case must be acknowledged and resolved."""
    return case["due_acknowledge"], case["due_resolve"]


async def test_K02_a_standard_is_put_version_by_version(complaints: Client) -> None:
    assert (await complaints.get(HIGH)).status_code == 404
    made = await complaints.put(HIGH, STANDARD)
    assert (made.status_code, made.headers["ETag"], made.headers["Location"]) == (201, '"1"', HIGH)
    assert made.json() | STANDARD | {"warn_at": "0.75", "category": "service", "severity": "high"} == made.json()
    same = await complaints.put(HIGH, STANDARD | {"acknowledge_hours": "4.0"})
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    other = STANDARD | {"warn_at": None}
    assert [(await complaints.put(HIGH, other, match=m)).status_code for m in (None, '"2"', '"1"')] == [428, 412, 200]
    assert (await complaints.put("/v1/service-standards/price/low", STANDARD)).status_code == 201
    listed = (await complaints.get("/v1/service-standards")).json()["items"]
    assert [(each["category"], each["severity"], each["version"]) for each in listed] == [
        ("price", "low", 1),
        ("service", "high", 2),
    ]
    changes = (await complaints.get(f"{HIGH}/history")).json()["items"]
    assert [(each["what"], each["after"].get("warn_at", "?")) for each in changes] == [
        ("change", None),
        ("create", "0.75"),
    ]


async def test_K02_two_people_put_a_standard_at_once(complaints: Client) -> None:
    await complaints.put(HIGH, STANDARD)
    bodies = [STANDARD | {"resolve_hours": hours} for hours in ("9", "10")]
    answers = await asyncio.gather(*(complaints.put(HIGH, body, match='"1"') for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"acknowledge_hours": "0"}, "/acknowledge_hours"),
        ({"acknowledge_hours": 4}, "/acknowledge_hours"),
        ({"resolve_hours": "3.9"}, "/resolve_hours"),
        ({"resolve_hours": "2000.1"}, "/resolve_hours"),
        ({"warn_at": "1"}, "/warn_at"),
        ({"warn_at": "0"}, "/warn_at"),
        ({"escalations": LATER}, "/escalations"),
        ({"escalations": [{"after_hours": str(n), "to": "region"} for n in range(1, 7)]}, "/escalations"),
        ({"escalations": [{"after_hours": "1", "to": "the boss"}]}, "/escalations/0/to"),
    ],
)
async def test_K02_a_standard_that_is_none_is_refused(complaints: Client, wrong: dict[str, Any], pointer: str) -> None:
    answer = await complaints.put(HIGH, STANDARD | wrong)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert (await complaints.get("/v1/service-standards")).json()["items"] == []


async def test_K02_the_chain_alone_puts_standards(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    assert (await complaints.put(HIGH, STANDARD, bearer=bound)).status_code == 403
    await complaints.put(HIGH, STANDARD)
    assert (await complaints.get(HIGH, bearer=bound)).status_code == 200
    assert (await complaints.put("/v1/service-standards/weather/high", STANDARD)).status_code == 422


async def test_K02_due_in_business_hours_and_critical_around_the_clock(complaints: Client) -> None:
    """16 hours on a calendar of 8-hour days are two business days; without a calendar they are hours."""
    told = {"acknowledge_hours": "4", "resolve_hours": "16"}
    for severity in ("high", "critical"):
        await complaints.put(f"/v1/service-standards/service/{severity}", told)
    wall = ("2026-03-07T00:00:00Z", "2026-03-07T12:00:00Z")
    assert due(await opened(complaints, severity="high", occurred_at=FRIDAY)) == wall
    await complaints.put(CALENDAR, OFFICE)
    business = ("2026-03-09T15:00:00Z", "2026-03-10T19:00:00Z")
    assert due(await opened(complaints, severity="high", occurred_at=FRIDAY)) == business
    assert due(await opened(complaints, severity="critical", occurred_at=FRIDAY)) == wall
    assert due(await opened(complaints, severity="high", occurred_at=FRIDAY, store_id="331")) == wall
    low = await opened(complaints, severity="low", occurred_at=FRIDAY)
    assert due(low) == ("2026-03-08T20:00:00Z", "2026-03-16T20:00:00Z"), "nobody put one: the default holds"


async def test_K02_a_change_touches_new_cases_only(complaints: Client) -> None:
    """Also where the old case is paused, resumed and reopened: it keeps to the standard and calendar it began with."""
    told = {"acknowledge_hours": "4", "resolve_hours": "16"}
    await complaints.put(HIGH, told)
    await complaints.put(CALENDAR, OFFICE)
    old = await opened(complaints, severity="high", occurred_at=FRIDAY)
    await complaints.put(HIGH, told | {"resolve_hours": "5", "acknowledge_hours": "1"}, match='"1"')
    await complaints.put(CALENDAR, OFFICE | {"opening_hours": "Mo-Fr 12:00-13:00"}, match='"1"')
    new = await opened(complaints, severity="high", occurred_at=FRIDAY)
    assert due(new) == ("2026-03-09T17:00:00Z", "2026-03-13T17:00:00Z")
    path = f"/v1/complaints/{old['id']}"
    assert due((await complaints.get(path)).json()) == ("2026-03-09T15:00:00Z", "2026-03-10T19:00:00Z")
    paused = await complaints.post(f"{path}/pause", {"occurred_at": "2026-03-06T21:00:00Z"}, match='"1"')
    assert paused.status_code == 200, paused.text
    # 3 of 4 and 15 of 16 hours were left, whatever the nights and days of the pause.
    resumed = await complaints.post(f"{path}/resume", {"occurred_at": "2026-03-11T13:00:00Z"}, match='"2"')
    assert due(resumed.json()) == ("2026-03-11T16:00:00Z", "2026-03-12T20:00:00Z")
    resolved = {"occurred_at": "2026-03-12T13:00:00Z", "resolution": "Done", "root_cause": "staffing"}
    await complaints.post(f"{path}/resolve", resolved, match='"3"')
    again = await complaints.post(f"{path}/reopen", {"occurred_at": "2026-03-12T15:00:00Z"}, match='"4"')
    assert due(again.json())[1] == "2026-03-16T15:00:00Z"


async def test_K02_a_store_that_closed_for_good_takes_no_case_by_business_hours(complaints: Client) -> None:
    await complaints.put(HIGH, {"acknowledge_hours": "4", "resolve_hours": "16"})
    now = datetime.now(UTC)
    years = f"{now.year}-{now.year + 1} Mo-Su 00:00-24:00"
    await complaints.put(CALENDAR, OFFICE | {"opening_hours": years})
    case = COMPLAINT | {"severity": "high", "occurred_at": now.isoformat()}
    assert (await complaints.post("/v1/complaints", case)).status_code == 201
    await _shut(complaints)
    answer = await complaints.post("/v1/complaints", case)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert "calendar of the store" in answer.json()["detail"]
    assert len((await complaints.get("/v1/complaints")).json()["items"]) == 1


async def _shut(client: Client) -> None:
    """The years of the calendar are over."""
    connection = await asyncpg.connect(client.database_url)
    told = json.dumps(OFFICE | {"opening_hours": "2016 Mo-Su", "country": None, "subdivision": None, "closed_on": []})
    await connection.execute("update store_calendars set told = $1", told)
    await connection.close()
