"""K01: a complaint has one shared history: who did what, when, and what it changed."""

import asyncio
from typing import Any

from tests.complaints.cases import COMPLAINT, OPENED_AT, act, lived, opened
from tests.support.client import Client

WORDS = "waited-at-the-till"


async def history(complaints: Client, case: dict[str, Any]) -> list[dict[str, Any]]:
    """The case's history, the newest step first."""
    items: list[dict[str, Any]] = (await complaints.get(f"/v1/complaints/{case['id']}/history")).json()["items"]
    return items


async def test_K01_history_tells_who_did_what(complaints: Client) -> None:
    case = await opened(complaints, text=WORDS)
    bearer = complaints.issuer.token(sub="emp-7")
    path = f"/v1/complaints/{case['id']}/assign"
    told = {"department": "tills", "owner": "emp-9", "occurred_at": "2017-03-01T11:00:00Z"}
    case = (await complaints.post(path, told, bearer=bearer, match='"1"')).json()
    assigned, first = await history(complaints, case)
    assert (assigned["version"], assigned["what"], assigned["by"]) == (2, "assign", "emp-7")
    assert (assigned["at"], assigned["recorded_at"]) == (told["occurred_at"], case["history"][1]["recorded_at"])
    assert assigned["before"] == {"department": None, "owner": None}
    assert assigned["after"] == {"department": "tills", "owner": "emp-9"}
    assert (first["version"], first["what"], first["at"], first["before"]) == (1, "open", OPENED_AT, None)
    assert first["after"]["state"] == "open"
    assert WORDS not in str(first)


async def test_K01_history_keeps_reasons_and_remedies(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "acknowledge")
    case = (await act(complaints, case, "escalate", note="third time")).json()
    given = {"kind": "refund", "cost_amount": "9.5", "currency": "USD", "granted_by": "emp-7"}
    case = (await act(complaints, case, "remedies", **given)).json()
    case = await lived(complaints, case, "resolve")
    await act(complaints, case, "reopen", reason="still queues")
    reopened, resolved, remedied, escalated, _, _ = await history(complaints, case)
    assert escalated["after"] == {"level": 1, "note": "third time"}
    assert (remedied["what"], remedied["after"]) == ("remedy", given | {"cost_amount": "9.50"})
    assert remedied["before"] == dict.fromkeys(given)
    assert resolved["after"]["resolution"] == "Second till opened"
    assert reopened["before"]["state"] == "resolved"
    assert reopened["after"] == {"state": "in_progress", "resolved_at": None, "reopened": 1, "note": "still queues"}


async def test_K01_history_has_the_steps_that_the_case_shows(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "acknowledge", "assign", "resolve", "close")
    seen = [(step["what"], step["by"], step["at"]) for step in await history(complaints, case)]
    assert seen[::-1] == [(step["verb"], step["by"], step["occurred_at"]) for step in case["history"]]


async def test_K01_a_repeat_and_a_refusal_leave_no_trace(complaints: Client) -> None:
    case = await opened(complaints, id="c-1")
    assert (await complaints.post("/v1/complaints", COMPLAINT | {"id": "c-1"})).status_code == 200
    assert (await act(complaints, case, "close")).status_code == 409
    assert (await act(complaints, case | {"version": 7}, "escalate")).status_code == 412
    assert len(await history(complaints, case)) == 1


async def test_K01_steps_at_once_stand_in_the_order_of_their_versions(complaints: Client) -> None:
    case = await opened(complaints)
    path = f"/v1/complaints/{case['id']}/escalate"
    # Whatever the version: so each of them is taken.
    answers = await asyncio.gather(*(complaints.post(path, match="*") for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    steps = (await history(complaints, case))[::-1]
    assert [step["version"] for step in steps] == list(range(1, 12))
    assert [step["after"]["level"] for step in steps] == list(range(11))


async def test_K01_another_stores_history_is_hidden(complaints: Client) -> None:
    case = await opened(complaints)
    path = f"/v1/complaints/{case['id']}/history"
    answers = [await complaints.get(path, bearer=complaints.issuer.token(stores=[store])) for store in ("330", "7")]
    assert [answer.status_code for answer in answers] == [200, 404]
    assert (await complaints.get("/v1/complaints/nothing/history")).status_code == 404
