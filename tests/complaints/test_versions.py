"""K01: nobody changes a complaint on stale knowledge, however many try at once; and time runs forward."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.complaints.cases import BODIES, OPENED_AT, act, lived, opened
from tests.support.client import Client


@pytest.mark.parametrize("verb", sorted(BODIES))
async def test_K01_every_verb_asks_for_the_version(complaints: Client, verb: str) -> None:
    case = await opened(complaints)
    path = f"/v1/complaints/{case['id']}/{verb}"
    assert (await complaints.post(path, BODIES[verb])).status_code == 428
    assert (await complaints.post(path, BODIES[verb], match='"7"')).status_code == 412
    assert len(await complaints.outbox()) == 1


async def test_K01_a_stale_reopening_is_told_of_the_version_before_the_state(complaints: Client) -> None:
    resolved = await lived(complaints, await opened(complaints), "acknowledge", "resolve")
    closed = await lived(complaints, resolved, "close")
    assert (await act(complaints, resolved, "reopen")).status_code == 412
    assert (await act(complaints, closed, "acknowledge")).status_code == 409
    assert (await act(complaints, closed, "reopen")).status_code == 200


async def test_K01_of_a_hundred_verbs_on_one_version_one_is_done(complaints: Client) -> None:
    case = await opened(complaints)
    verbs = ["acknowledge", "resolve", "escalate", "assign"] * 25
    answers = await asyncio.gather(*(act(complaints, case, verb) for verb in verbs))
    codes = [answer.status_code for answer in answers]
    assert codes.count(200) == 1
    assert set(codes) <= {200, 409, 412}
    assert len(await complaints.outbox()) == 2
    read = (await complaints.get(f"/v1/complaints/{case['id']}")).json()
    assert (read["version"], len(read["history"])) == (2, 2)


@pytest.mark.parametrize("verb", ["acknowledge", "assign", "escalate", "pause", "remedies", "resolve", "withdraw"])
async def test_K01_nothing_happens_before_the_opening(complaints: Client, verb: str) -> None:
    case = await opened(complaints)
    answer = await act(complaints, case, verb, occurred_at="2017-03-01T09:59:59.999999Z")
    assert answer.status_code == 409
    assert answer.json()["errors"] == [{"pointer": "/occurred_at", "detail": "before the step before it"}]
    assert "2017-03-01T10:00:00+00:00" in answer.json()["detail"]
    assert (await complaints.get(f"/v1/complaints/{case['id']}")).json() == case
    assert (await act(complaints, case, verb, occurred_at=OPENED_AT)).status_code == 200


async def test_K01_no_step_comes_before_the_step_before_it(complaints: Client) -> None:
    case = (await act(complaints, await opened(complaints), "escalate", occurred_at="2017-03-02T10:00:00Z")).json()
    assert (await act(complaints, case, "resolve", occurred_at="2017-03-02T09:00:00Z")).status_code == 409
    same_instant = await act(complaints, case, "resolve", occurred_at="2017-03-02T11:00:00+01:00")
    assert same_instant.json()["resolved_at"] == "2017-03-02T10:00:00Z"


async def test_K01_a_step_without_a_time_happens_now(complaints: Client) -> None:
    before = datetime.now(UTC)
    case = await opened(complaints, occurred_at=before.isoformat())
    case = (await act(complaints, case, "acknowledge", occurred_at=None)).json()
    assert before <= datetime.fromisoformat(case["acknowledged_at"]) <= datetime.now(UTC)


async def test_K01_a_case_told_by_a_clock_ahead_of_ours_can_go_on(complaints: Client) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=1)
    case = await opened(complaints, occurred_at=ahead.isoformat())
    case = (await act(complaints, case, "acknowledge", occurred_at=None)).json()
    assert datetime.fromisoformat(case["acknowledged_at"]) == ahead
