"""K02: the clock of cases: what it tells, when, and once."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.complaints.workers import working
from shared.events.customers import CustomerErased
from tests.complaints.cases import BODIES, act
from tests.complaints.ticking import HOUR, TOLD, at, held, look, told
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told as event

WEEK, MINUTE = 24 * 7, 1 / 60


async def do(client: Client, case: dict[str, Any], verb: str, hours: float) -> httpx.Response:
    """Do `verb` so long after the opening, to the case as it stands."""
    body = BODIES.get(verb, {}) | {"occurred_at": at(case, hours).isoformat()}
    return await client.post(f"/v1/complaints/{case['id']}/{verb}", body, match="*")


async def done(client: Client, case: dict[str, Any], verb: str, hours: float) -> dict[str, Any]:
    """The same, which must succeed; the case after it."""
    answer = await do(client, case, verb, hours)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def steps(client: Client, case: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """The steps of the case: verb, by whom, and whether late."""
    history = (await client.get(f"/v1/complaints/{case['id']}")).json()["history"]
    return [(step["verb"], step["by"], step["late"]) for step in history]


async def test_K02_each_is_told_when_it_is_due_and_not_before(complaints: Client) -> None:
    case = await held(complaints)
    for number, (hours, *_) in enumerate(TOLD):
        assert await look(complaints, at(case, hours)) == 0
        assert await look(complaints, at(case, hours + MINUTE / 2)) == 1
        assert await told(complaints, case) == TOLD[: number + 1]
    assert await look(complaints, at(case, WEEK)) == 0
    verbs = ["warn", "breach", "warn", "breach", "escalate", "escalate"]
    assert (await steps(complaints, case))[1:] == [(verb, "clock", False) for verb in verbs]
    read = (await complaints.get(f"/v1/complaints/{case['id']}")).json()
    assert (read["level"], read["escalated_to"], read["version"]) == (2, "region", 7)
    changes = (await complaints.get(f"/v1/complaints/{case['id']}/history")).json()["items"]
    assert (changes[0]["by"], changes[0]["after"]["escalated_to"]) == ("clock", "region")


async def test_K02_after_a_week_of_downtime_all_is_told_in_order_marked_late_and_once(complaints: Client) -> None:
    cases = [await held(complaints, id=f"c-{n}") for n in range(3)]
    later = at(cases[-1], WEEK)
    assert sum(await asyncio.gather(look(complaints, later), look(complaints, later))) == 18
    assert await look(complaints, later) == 0
    for case in cases:
        assert await told(complaints, case) == TOLD
        assert {late for _, by, late in await steps(complaints, case) if by == "clock"} == {True}


async def test_K02_several_clocks_at_once_tell_each_once(complaints: Client) -> None:
    cases = [await held(complaints, id=f"c-{n}") for n in range(8)]
    for hours in (5, 9, 14):
        await asyncio.gather(*(look(complaints, at(cases[-1], hours)) for _ in range(4)))
    assert [await told(complaints, case) for case in cases] == [TOLD] * 8


async def test_K02_what_was_done_in_time_is_not_told(complaints: Client) -> None:
    case = await held(complaints)
    await done(complaints, case, "acknowledge", 4)  # at the last instant
    await done(complaints, case, "resolve", 5)
    assert await look(complaints, at(case, WEEK)) == 0
    assert await told(complaints, case) == []


async def test_K02_a_step_told_late_tells_the_breach_itself(complaints: Client) -> None:
    case = await held(complaints)
    after = await done(complaints, case, "resolve", 9)
    assert await told(complaints, case) == [TOLD[1], TOLD[3]]
    assert [step["verb"] for step in after["history"]] == ["open", "breach", "breach", "resolve"]
    assert after["history"][1]["by"] == "clock"
    assert await look(complaints, at(case, WEEK)) == 0


async def test_K02_a_breach_that_was_told_stands(complaints: Client) -> None:
    case = await held(complaints)
    await look(complaints, at(case, 4.5))
    acknowledged = await done(complaints, case, "acknowledge", 3.5)  # in time, but nobody said so in time
    assert acknowledged["acknowledged_at"] == at(case, 3.5).isoformat().replace("+00:00", "Z")
    assert await told(complaints, case) == TOLD[:2]


async def test_K02_the_clock_looks_beside_somebody_who_acts(complaints: Client) -> None:
    """Whoever comes second finds what the first did: the breach is told once, before the answer."""
    for n in range(4):
        case = await held(complaints, id=f"c-{n}")
        acted, _ = await asyncio.gather(
            act(complaints, case, "acknowledge", occurred_at=at(case, 5).isoformat()),
            look(complaints, at(case, 5)),
        )
        assert acted.status_code in {200, 412}
        assert [one for one in await told(complaints, case) if one[1] == "breached"] == [TOLD[1]]


async def test_K02_while_it_waits_for_the_customer_the_clock_stands_still(complaints: Client) -> None:
    case = await held(complaints)
    await done(complaints, case, "pause", 3.5)  # half an hour was left, and four and a half
    assert await look(complaints, at(case, 12)) == 1, "what was due before is told yet"
    resumed = await done(complaints, case, "resume", 12)
    assert resumed["due_acknowledge"] == at(case, 12.5).isoformat().replace("+00:00", "Z")
    assert resumed["due_resolve"] == at(case, 16.5).isoformat().replace("+00:00", "Z")
    await look(complaints, at(case, WEEK))
    late = [(hours + 8.5, *what) for hours, *what in TOLD[1:]]
    assert await told(complaints, case) == [TOLD[0], *late]


async def test_K02_reopened_it_is_to_be_resolved_anew(complaints: Client) -> None:
    case = await held(complaints)
    await done(complaints, case, "acknowledge", 1)
    await done(complaints, case, "resolve", 2)
    again = await done(complaints, case, "reopen", 10)
    assert again["due_resolve"] == at(case, 18).isoformat().replace("+00:00", "Z")
    await look(complaints, at(case, WEEK))
    assert await told(complaints, case) == [(hours + 10, *what) for hours, *what in TOLD[2:]]


async def test_K02_withdrawn_nothing_is_due_and_reopened_it_is_answered(complaints: Client) -> None:
    case = await held(complaints)
    await done(complaints, case, "withdraw", 1)
    assert await look(complaints, at(case, WEEK)) == 0
    await done(complaints, case, "reopen", 2)
    await look(complaints, at(case, WEEK))
    assert await told(complaints, case) == [(hours + 2, *what) for hours, *what in TOLD[2:]]


async def test_K02_who_escalated_by_hand_is_not_escalated_to_that_level_again(complaints: Client) -> None:
    case = await held(complaints)
    await done(complaints, case, "escalate", 1)
    await look(complaints, at(case, WEEK))
    assert [one for one in await told(complaints, case) if one[1] == "escalated"] == [(1, "escalated", 1), TOLD[5]]


@pytest.mark.parametrize(
    ("ago", "more", "spoken"),
    [
        (timedelta(hours=5), {}, 3),  # today's slip of paper: an hour is given to tell what was done since
        (timedelta(days=3), {}, 0),  # the import of history
        (timedelta(hours=5), {"simulated": True}, 0),
    ],
)
async def test_K02_entered_in_hindsight(complaints: Client, ago: timedelta, more: dict[str, Any], spoken: int) -> None:
    now = at(await held(complaints, id="now"), 0)
    case = await held(complaints, occurred_at=(now - ago).isoformat(), **more)
    await look(complaints, now + 0.9 * HOUR)
    assert await told(complaints, case) == []
    await look(complaints, now + 1.1 * HOUR)
    assert len(await told(complaints, case)) == spoken


async def test_K02_nothing_is_told_of_who_was_erased(complaints: Client) -> None:
    case = await held(complaints, customer_id="household-208")
    other = await held(complaints, customer_id="ben")
    erasure = event(CustomerErased(erasure_id="e"), "household-208", "household-208")
    await handled(complaints, working(WORKER_SETTINGS), erasure)
    assert await look(complaints, at(case, WEEK)) == len(TOLD)
    assert await told(complaints, case) == []
    assert await told(complaints, other) == TOLD
