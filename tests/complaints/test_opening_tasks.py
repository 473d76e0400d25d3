"""K05: what opens a follow-up by itself, and what opens no second one."""

import asyncio
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.tasks.opening import after_risks
from shared import clock
from shared.database import open_engine
from shared.erased import Erased
from shared.events.complaints import TaskOpened
from shared.outbox import Transaction
from tests.complaints.cases import merged
from tests.complaints.serving import heard
from tests.complaints.test_surveys import refusal
from tests.complaints.test_tasks import NOON, TASK, WHO, after, gesture, open_now, risk
from tests.support.client import ERASURE_KEY, Client


async def test_K05_a_gesture_asks_once_how_it_was_received(complaints: Client) -> None:
    for _ in range(2):
        await heard(
            complaints, gesture("g1"), gesture("g1"), gesture("g2", recorded=NOON + timedelta(days=2, seconds=1))
        )
    [task] = await open_now(complaints)
    assert (task["kind"], task["about"]) == ("ask_how_received", {"kind": "gesture", "id": "g1"})
    assert (task["customer_id"], task["store_id"], task["due_at"]) == (WHO, "330", after(days=7))
    [event] = await complaints.outbox()
    assert (event.data.TYPE, event.time) == (TaskOpened.TYPE, NOON)


async def test_K05_history_opens_nothing_on_the_first_deployment(complaints: Client) -> None:
    now = clock.now()
    for days in (31, 29):
        at = now - timedelta(days=days)
        await heard(complaints, risk(f"e{days}", at), gesture(f"g{days}", at=at))
    tasks = await open_now(complaints)
    assert {datetime.fromisoformat(task["occurred_at"]) for task in tasks} == {now - timedelta(days=29)}
    assert {task["kind"] for task in tasks} == {"win_back", "ask_how_received"}


async def test_K05_a_risk_that_is_told_late_opens_no_second_follow_up(complaints: Client) -> None:
    await heard(complaints, risk("e2", NOON + timedelta(hours=1)))
    await heard(complaints, risk("e1", NOON))
    assert len(await open_now(complaints)) == 1


async def test_K05_two_risks_of_one_person_at_once_open_one_follow_up(complaints: Client) -> None:
    await heard(complaints, merged("ben", WHO))
    erased, engine = Erased(SecretStr(ERASURE_KEY)), open_engine(complaints.database_url)
    async with AsyncSession(engine) as session, session.begin():
        await after_risks(erased)(Transaction(session, "/crm/complaints", clock.now(), "events"), [risk("e1")])
        second = asyncio.create_task(heard(complaints, risk("e2", customer="ben")))
        await asyncio.wait({second}, timeout=2)
    await second
    await engine.dispose()
    assert len(await open_now(complaints)) == 1


async def test_K05_nobody_takes_the_id_of_what_opens_by_itself(complaints: Client) -> None:
    await heard(complaints, risk("e1"), gesture("g1"))
    for key in [task["id"] for task in await open_now(complaints)] + ["complaint-1", "survey-1"]:
        assert await refusal(complaints, TASK | {"id": key}, "/v1/tasks") == (422, "invalid-request", "/id")
