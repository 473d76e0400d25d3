"""K04: an employees' pulse of a store; nobody is known by it, and nobody may be guessed."""

from typing import Any

import pytest

from services.complaints.pulses.domain import told
from tests.support.canaries import dump, found
from tests.support.client import Client

PATH, ASKED = "/v1/stores/330/pulses", "/v1/stores/330/pulse?from=2026-03-01&to=2026-04-01"
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
    assert (few.n, few.mean, few.reason) == (4, None, "fewer than 5 answers: nobody may be guessed by theirs")
    assert (enough.n, enough.mean, enough.reason) == (5, 3.8, None)


async def test_K04_a_pulse_is_of_its_store_and_period(complaints: Client) -> None:
    for number in range(5):
        answers: dict[str, Any] = {"culture": number + 1} | ({"tools": 7} if number else {})
        await said(complaints, number, **answers)
    await said(complaints, 5, at="2026-04-01T00:00:00Z", culture=7)
    await said(complaints, 6, store="331", culture=7)
    pulse = (await complaints.get(ASKED)).json()
    assert (pulse["store_id"], pulse["n"]) == ("330", 5)
    means = {name: (each["n"], each["mean"]) for name, each in pulse["questions"].items()}
    assert means == {"culture": (5, 3.0), "tools": (4, None), "workload": (0, None), "support": (0, None)}
    assert await complaints.outbox() == []


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
