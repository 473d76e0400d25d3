"""K01: a case waits for its customer: the clock stands still, and what settles the case ends the waiting."""

import asyncio

import pytest

from shared.events.complaints import ComplaintOpened, ComplaintPaused, ComplaintResolved, ComplaintResumed
from tests.complaints.cases import act, lived, opened
from tests.support.client import Client

NOON, NEXT_DAY = "2017-03-01T12:00:00Z", "2017-03-02T12:00:00Z"


async def test_K01_paused_and_resumed_it_has_as_much_time_left_as_before(complaints: Client) -> None:
    case = (await act(complaints, await opened(complaints), "pause", occurred_at=NOON, note="which till?")).json()
    assert (case["state"], case["waiting_since"], case["history"][-1]["note"]) == ("open", NOON, "which till?")
    case = (await act(complaints, case, "resume", occurred_at=NEXT_DAY)).json()
    assert case["waiting_since"] is None
    assert (case["due_acknowledge"], case["due_resolve"]) == ("2017-03-03T10:00:00Z", "2017-03-07T10:00:00Z")
    _, paused, resumed = await complaints.outbox()
    assert (paused.data, paused.time.isoformat()) == (ComplaintPaused(), "2017-03-01T12:00:00+00:00")
    due = {"due_acknowledge": case["due_acknowledge"], "due_resolve": case["due_resolve"]}
    assert resumed.data == ComplaintResumed.model_validate(due)
    assert resumed.time.isoformat() == "2017-03-02T12:00:00+00:00"
    newest = (await complaints.get(f"/v1/complaints/{case['id']}/history")).json()["items"][0]
    assert newest["before"]["waiting_since"] == NOON
    assert newest["before"]["due_resolve"] == "2017-03-06T10:00:00Z"
    assert (newest["what"], newest["after"]["due_resolve"]) == ("resume", due["due_resolve"])


async def test_K01_waiting_changes_nothing_else_that_may_be_done(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints), "pause", "acknowledge", "assign", "escalate", "remedies")
    assert (case["state"], case["waiting_since"]) == ("in_progress", case["occurred_at"])
    case = await lived(complaints, case, "resume", "pause", "resume")
    assert (case["state"], case["waiting_since"]) == ("in_progress", None)


@pytest.mark.parametrize(("verb", "state"), [("resolve", "resolved"), ("withdraw", "withdrawn")])
async def test_K01_what_settles_a_case_ends_the_waiting(complaints: Client, verb: str, state: str) -> None:
    case = await lived(complaints, await opened(complaints), "acknowledge", "pause", verb)
    assert (case["state"], case["waiting_since"]) == (state, None)
    assert (await act(complaints, case, "resume")).status_code == 409
    again = await lived(complaints, case, "reopen")
    assert again["waiting_since"] is None


async def test_K01_resolved_past_the_old_due_time_while_it_waited_is_no_breach(complaints: Client) -> None:
    case = (await act(complaints, await opened(complaints), "pause", occurred_at=NOON)).json()
    await act(complaints, case, "resolve", occurred_at="2017-05-01T12:00:00Z")
    told = [type(event.data) for event in await complaints.outbox()]
    assert told == [ComplaintOpened, ComplaintPaused, ComplaintResolved]


async def test_K01_of_two_who_pause_at_once_one_does(complaints: Client) -> None:
    case = await opened(complaints)
    answers = await asyncio.gather(*(act(complaints, case, "pause") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert len(await complaints.outbox()) == 2
