"""K04: an employees' pulse of a store; nobody is known by it, and nobody may be guessed."""

from typing import Any

import pytest
from pydantic import SecretStr

from services.complaints.pulses.domain import told
from shared import clock
from shared.erased import Erased
from tests.complaints.serving import heard, opened
from tests.support.canaries import dump, found
from tests.support.client import ERASURE_KEY, Client

PATH, ASKED = "/v1/stores/330/pulses", "/v1/stores/330/pulse?month=2026-03"
AT = "2026-03-02T10:00:00Z"


async def said(client: Client, number: int, *, store: str = "330", at: str = AT, **answers: Any) -> dict[str, Any]:
    """One pulse, as it was answered."""
    body = {"id": f"p{number}", "occurred_at": at, "answers": answers, "comment": "too few of us"}
    answer = await client.post(f"/v1/stores/{store}/pulses", body, bearer=client.issuer.token(sub="emp-7"))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_K04_fewer_than_five_answers_tell_no_mean() -> None:
    few, enough = told([7, 7, 7, 7]), told([1, 2, 2, 7, 7])
    assert (few.n, few.mean, few.reason) == (None, None, "fewer than 5 answers: nobody may be guessed by theirs")
    assert (enough.n, enough.mean, enough.reason) == (5, 3.8, None)
    assert told([1, 1, 1, 1, 1, 1, 2]).mean == 1.1, "no finer, or the sum of many can be told from it"


async def test_K04_a_pulse_is_of_its_store_and_month(complaints: Client) -> None:
    for number in range(5):
        answers: dict[str, Any] = {"culture": number + 1} | ({"tools": 7} if number else {})
        await said(complaints, number, **answers)
    await said(complaints, 5, at="2026-04-01T00:00:00Z", culture=7)
    await said(complaints, 6, store="331", culture=7)
    pulse = (await complaints.get(ASKED)).json()
    assert (pulse["store_id"], pulse["month"], pulse["n"]) == ("330", "2026-03", 5)
    assert (pulse["start"], pulse["end"]) == ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
    means = {name: (each["n"], each["mean"]) for name, each in pulse["questions"].items()}
    assert means == {"culture": (5, 3.0)} | dict.fromkeys(("tools", "workload", "support"), (None, None))
    assert await complaints.outbox() == []
    assert (await complaints.get("/v1/stores/331/pulse?month=2026-03")).json()["n"] is None, "there is one"


async def test_K04_nobody_is_known_by_the_difference_of_two_periods(complaints: Client) -> None:
    for number in range(6):
        await said(complaints, number, culture=7, at=f"2026-03-0{number + 1}T10:00:00Z")
    for narrower in (
        "from=2026-03-01&to=2026-03-06",
        "month=2026-03-01",
        "month=2026",
        "month=2026-13",
        "month=0000-01",
    ):
        assert (await complaints.get(f"/v1/stores/330/pulse?{narrower}")).status_code == 422, narrower


async def test_K04_a_month_is_told_once_it_has_ended(complaints: Client) -> None:
    now = clock.now()
    for number in range(5):
        await said(complaints, number, culture=7, at=now.isoformat())
    pulse = (await complaints.get(f"/v1/stores/330/pulse?month={now:%Y-%m}")).json()
    assert pulse["n"] is None
    assert pulse["questions"]["culture"] == {"n": None, "mean": None, "reason": "the month has not ended"}


async def test_K04_a_month_is_of_the_stores_calendar(complaints: Client) -> None:
    await heard(complaints, opened("330", "America/New_York"))
    for number in range(5):
        await said(complaints, number, culture=7, at="2026-01-01T04:59:59Z")
    one_more = await complaints.post(PATH, {"occurred_at": "2026-02-01T04:59:59Z", "answers": {"culture": 1}})
    assert one_more.headers["Location"] == "/v1/stores/330/pulse?month=2026-01"
    pulse = (await complaints.get("/v1/stores/330/pulse?month=2025-12")).json()
    assert (pulse["n"], pulse["start"], pulse["end"]) == (5, "2025-12-01T05:00:00Z", "2026-01-01T05:00:00Z")


async def test_K04_two_employees_may_take_the_same_key(complaints: Client) -> None:
    made = []
    for who in ("emp-7", "emp-8", "emp-7"):
        body = {"occurred_at": AT, "answers": {"culture": 2}}
        made.append(await complaints.post(PATH, body, key="k", bearer=complaints.issuer.token(sub=who)))
    assert [answer.status_code for answer in made] == [201, 201, 201]
    assert made[0].json() == made[2].json() != made[1].json()
    for number in range(2):
        body = {"occurred_at": AT, "answers": {"culture": 3}}
        await complaints.post(PATH, body, key=f"k{number}", bearer=complaints.issuer.token(sub="emp-9"))
    left = await dump(complaints.database_url)
    assert found(left, "emp-7", "emp-8", "emp-9") == []
    digest = Erased(SecretStr(ERASURE_KEY)).digest("emp-9").hex()
    assert found(left, digest, digest[:16]) == [], "two of one employee are not known to be"


async def test_K04_nothing_tells_who_answered(complaints: Client) -> None:
    await said(complaints, 1, culture=2)
    left = await dump(complaints.database_url)
    assert len(found(left, "p1")) == 3, "its row, its history, and what a retry is answered"
    assert found(left, "emp-7") == []


async def test_K04_the_same_pulse_again_counts_once(complaints: Client) -> None:
    made = await said(complaints, 1, culture=2)
    body = {"id": "p1", "occurred_at": AT, "answers": {"culture": 2}, "comment": "too few of us"}
    again = await complaints.post(PATH, body)
    assert (again.status_code, again.json()) == (200, made)
    for path, other in ((PATH, {"comment": None}), ("/v1/stores/331/pulses", {})):
        assert (await complaints.post(path, body | other)).status_code == 409


@pytest.mark.parametrize("answers", [{}, {"culture": 0}, {"culture": 8}, {"culture": True}, {"salary": 1}])
async def test_K04_a_pulse_that_answers_nothing_is_refused(complaints: Client, answers: dict[str, Any]) -> None:
    before = await dump(complaints.database_url)
    answer = await complaints.post(PATH, {"answers": answers})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"][:8]) == (422, "/answers")
    assert await dump(complaints.database_url) == before


async def test_K04_another_stores_pulse_is_not_theirs(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["331"])
    assert (await complaints.post(PATH, {"answers": {"culture": 1}}, bearer=bound)).status_code == 403
    assert (await complaints.get(ASKED, bearer=bound)).status_code == 404
