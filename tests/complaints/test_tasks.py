"""K05: follow-ups told over REST, and those that open by themselves."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.cases.tables import Complaint
from services.complaints.tasks import domain
from services.complaints.tasks.domain import RefusedError
from services.complaints.tasks.opening import after_resolution
from shared import clock
from shared.database import open_engine
from shared.events import Event
from shared.events.complaints import TaskCompleted, TaskOpened
from shared.events.scores import DefectionRiskCleared, DefectionRiskRaised
from shared.events.visits import GestureMade
from shared.outbox import Transaction
from tests.complaints.cases import lived, opened
from tests.complaints.serving import heard, sale
from tests.complaints.test_erasures import erasure
from tests.complaints.test_surveys import done, refusal
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.told import told

NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=2)
WHO, SECRET, NEVER = "household-208", "ask-about-the-dog", "2199-01-01T00:00:00Z"
OPENED, BETWEEN, DUE, AFTER = (f"2026-03-0{day}T10:00:00Z" for day in (2, 3, 5, 6))
TASK: dict[str, Any] = {"id": "t1", "customer_id": WHO, "kind": "call_back", "due_at": DUE, "occurred_at": OPENED}
WHOLE = TASK | {"store_id": "330", "what": SECRET, "owner": "emp-7", "about": {"kind": "gesture", "id": "g1"}}
WHOLE |= {"simulated": False}


async def act(client: Client, verb: str, body: dict[str, Any], version: int | str = 1, **more: Any) -> httpx.Response:
    """A step of the task t1."""
    return await client.post(f"/v1/tasks/t1/{verb}", body, match=f'"{version}"', **more)


async def listed(client: Client, query: str = "", **more: Any) -> list[str]:
    """The ids of the tasks in a list."""
    return [item["id"] for item in (await client.get(f"/v1/tasks?{query}", **more)).json()["items"]]


async def open_now(client: Client) -> list[dict[str, Any]]:
    """All tasks, by due time."""
    items: list[dict[str, Any]] = (await client.get("/v1/tasks")).json()["items"]
    return items


def risk(event: str, at: datetime = NOON, cause: Any = "price", customer: str = WHO, **more: Any) -> Event:
    """The customer may leave; `event`: its id."""
    raised = DefectionRiskRaised(cause=cause, reason="0 of 3 expected purchases", **more)
    return told(raised, customer, customer, at).model_copy(update={"id": event})


def gesture(subject: str, customer: str = WHO, at: datetime = NOON, **more: Any) -> Event:
    """We did more than we promised."""
    return told(GestureMade(kind="social"), customer, subject, at, store="330", **more)


def after(days: int) -> str:
    """The moment so long after `NOON`, as it is answered."""
    return (NOON + timedelta(days=days)).isoformat().replace("+00:00", "Z")


def test_K05_in_time_is_by_the_due_time() -> None:
    start, due = NOON, NOON + timedelta(days=1)
    task = domain.opened(start, due)
    assert (task.state, task.in_time) == ("open", None)
    assert domain.complete(task, due, start).in_time is True
    late = domain.complete(task, due + timedelta(microseconds=1), start)
    assert (late.state, late.in_time) == ("done", False)
    assert domain.complete(task, None, start - timedelta(hours=1)).done_at == start, "our clock is behind theirs"
    with pytest.raises(RefusedError, match="done once"):
        domain.complete(late, due, due)
    with pytest.raises(RefusedError, match="done once"):
        domain.reassign(late, "emp-9", due, due)
    with pytest.raises(RefusedError, match="before that"):
        domain.opened(start, start - timedelta(microseconds=1))
    moved = domain.reassign(task, "emp-9", start + timedelta(hours=2), due)
    with pytest.raises(RefusedError, match="before the step before it"):
        domain.complete(moved, start + timedelta(hours=1), due)


async def test_K05_a_follow_up_is_given_on_and_done(complaints: Client) -> None:
    made = await done(complaints, "/v1/tasks", WHOLE)
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert (made["state"], made["done_at"], made["in_time"], made["cause"]) == ("open", None, None, None)
    moved = (await act(complaints, "reassign", {"owner": "emp-9", "occurred_at": BETWEEN})).json()
    assert (moved["owner"], moved["version"]) == ("emp-9", 2)
    body = {"outcome": "settled", "how": SECRET, "occurred_at": DUE}
    finished = await act(complaints, "complete", body, 2)
    assert finished.status_code == 200, finished.text
    assert (await complaints.get("/v1/tasks/t1")).json() == finished.json() == moved | {
        "state": "done", "done_at": DUE, "in_time": True, "outcome": "settled", "how": SECRET, "version": 3
    }  # fmt: skip
    events = await complaints.outbox()
    due_at = datetime.fromisoformat(DUE)
    assert [event.data for event in events] == [
        TaskOpened(due_at=due_at, origin="gesture"),
        TaskCompleted(outcome="settled"),
    ]
    assert [event.time for event in events] == [datetime.fromisoformat(OPENED), due_at]
    assert {(event.subject, event.partitionkey, event.storeid) for event in events} == {("t1", WHO, "330")}
    assert not any(SECRET.encode() in event.to_json() for event in events)
    changes = (await complaints.get("/v1/tasks/t1/history")).json()["items"]
    assert [(change["what"], change["version"]) for change in changes] == [
        ("complete", 3),
        ("reassign", 2),
        ("open", 1),
    ]
    assert (changes[1]["before"], changes[1]["after"]) == ({"owner": "emp-7"}, {"owner": "emp-9"})


async def test_K05_two_who_finish_it_at_once(complaints: Client) -> None:
    answers = await asyncio.gather(*(complaints.post("/v1/tasks", WHOLE) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [201]
    body = {"outcome": "settled", "occurred_at": AFTER}
    answers = await asyncio.gather(*(act(complaints, "complete", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len(await complaints.outbox()) == 2


async def test_K05_a_step_that_a_rule_refuses_changes_nothing(complaints: Client) -> None:
    await done(complaints, "/v1/tasks", WHOLE)
    outcome = {"outcome": "settled"}
    early = outcome | {"occurred_at": "2026-03-02T09:59:59Z"}
    before = await dump(complaints.database_url)
    steps = [
        (await complaints.post("/v1/tasks/t1/complete", outcome), 428, "precondition-required"),
        (await act(complaints, "complete", outcome, 9), 412, "stale-version"),
        (await act(complaints, "complete", early), 409, "wrong-state"),
        (await act(complaints, "complete", {}), 422, "invalid-request"),
        (await act(complaints, "complete", {"outcome": "two words"}), 422, "invalid-request"),
        (await act(complaints, "reassign", {"owner": None}), 422, "invalid-request"),
        (await complaints.post("/v1/tasks/t9/complete", outcome, match="*"), 404, "not-found"),
    ]
    assert [(answer.status_code, answer.json()["type"].rpartition(":")[2]) for answer, _, _ in steps] == [
        (status, kind) for _, status, kind in steps
    ]
    assert await dump(complaints.database_url) == before
    await act(complaints, "complete", outcome)
    again = await act(complaints, "complete", outcome, 2)
    assert (again.status_code, again.json()["detail"]) == (409, "the follow-up was done already: it is done once")


async def test_K05_bad_input_is_refused(complaints: Client) -> None:
    await opened(complaints, id="k2", customer_id="ben")
    wrong: dict[str, dict[str, Any]] = {
        "/due_at": {"due_at": "2026-03-02T09:59:59Z"},
        "/kind": {"kind": "two words"},
        "/about/kind": {"about": {"kind": "weather"}},
        "/about/id": {"about": {"kind": "complaint", "id": "k2"}},
    }
    for pointer, more in wrong.items():
        assert await refusal(complaints, TASK | more, "/v1/tasks") == (422, "invalid-request", pointer)
    await done(complaints, "/v1/tasks", TASK)
    assert (await refusal(complaints, TASK | {"kind": "other"}, "/v1/tasks"))[:2] == (409, "conflict")


async def test_K05_lists_by_due_time_and_bound_tokens(complaints: Client) -> None:
    await opened(complaints, id="k1", store_id="331")
    away = {"store_id": None, "about": {"kind": "complaint", "id": "k1"}, "customer_id": WHO}
    for more in ({"id": "t3", "due_at": NEVER}, {"id": "t2", "store_id": None, "owner": None}, {"id": "t1"}):
        await done(complaints, "/v1/tasks", WHOLE | more)
    assert (await done(complaints, "/v1/tasks", WHOLE | {"id": "t4"} | away))["store_id"] == "331"
    await act(complaints, "complete", {"outcome": "settled"})
    bound = complaints.issuer.token(stores=["330"])
    expected = {
        "": ["t1", "t2", "t4", "t3"],
        "overdue=true": ["t2", "t4"],
        "overdue=false": ["t1", "t3"],
        "state=open": ["t2", "t4", "t3"],
        "state=done": ["t1"],
        "owner=emp-7": ["t1", "t4", "t3"],
        "store_id=331": ["t4"],
        "customer_id=ben": [],
    }
    assert {query: await listed(complaints, query) for query in expected} == expected
    assert await listed(complaints, bearer=bound) == ["t1", "t2", "t3"]
    assert (await complaints.get("/v1/tasks/t4", bearer=bound)).status_code == 404
    hidden = await complaints.post("/v1/tasks/t4/reassign", {"owner": "e"}, match="*", bearer=bound)
    assert hidden.status_code == 404
    refused = await complaints.post("/v1/tasks", WHOLE | {"id": "t5", "store_id": "331"}, bearer=bound)
    assert refused.status_code == 403
    theirs = await complaints.post("/v1/tasks/t2/reassign", {"owner": "e"}, match="*", bearer=bound)
    assert theirs.status_code == 200, "one of no store is anybody's"


async def test_K05_a_risk_opens_one_follow_up_at_a_time(complaints: Client) -> None:
    await heard(complaints, sale("b1", NOON - timedelta(days=9), WHO, "7"), sale("b2", NOON, WHO, "8"))
    for _ in range(2):
        await heard(complaints, risk("e0", backfill=True), risk("e1"), risk("e2", NOON + timedelta(hours=1), "service"))
    await heard(complaints, told(DefectionRiskCleared(), WHO, WHO, NOON + timedelta(hours=2)))
    [task] = await open_now(complaints)
    assert (task["kind"], task["cause"], task["state"]) == ("win_back", "price", "open")
    assert (task["store_id"], task["due_at"]) == ("8", after(days=3))
    path = f"/v1/tasks/{task['id']}/complete"
    body = {"outcome": "stays", "occurred_at": (NOON + timedelta(hours=3)).isoformat()}
    assert (await complaints.post(path, body, match='"1"')).status_code == 200
    for _ in range(2):
        await heard(complaints, risk("e2", NOON + timedelta(hours=1)), risk("e3", NOON + timedelta(hours=4), "service"))
    assert [(task["cause"], task["state"]) for task in await open_now(complaints)] == [
        ("price", "done"),
        ("service", "open"),
    ]


async def test_K05_a_resolution_is_asked_about(complaints: Client) -> None:
    now = clock.now().replace(microsecond=0)
    cases = {"k1": {}, "k2": {"simulated": True}, "k3": {}}
    engine = open_engine(complaints.database_url)
    for key, more in cases.items():
        body = {"occurred_at": (now - timedelta(days=4)).isoformat()}
        await lived(complaints, await opened(complaints, id=key, **body | more), "acknowledge")
    async with AsyncSession(engine) as session, session.begin():
        tx = Transaction(session, "/crm/complaints", now, "emp-7")
        for key in (*cases, "k1"):
            case = await session.get_one(Complaint, key)
            case.resolved_at = now - (timedelta(days=3) if key == "k3" else timedelta())
            await after_resolution(tx, case)
    await engine.dispose()
    tasks = [task for task in await open_now(complaints) if task["about"]["id"] in cases]
    assert [(task["about"]["id"], task["kind"], task["store_id"]) for task in tasks] == [
        ("k1", "ask_whether_settled", "330")
    ]
    assert datetime.fromisoformat(tasks[0]["due_at"]) == now + timedelta(days=3)


async def test_K05_an_erasure_leaves_nothing_and_opens_nothing(complaints: Client) -> None:
    await done(complaints, "/v1/tasks", WHOLE)
    await act(complaints, "complete", {"outcome": "settled", "how": SECRET})
    await heard(complaints, risk("e1"), gesture("g1"), gesture("g9", customer="ben"))
    await heard(complaints, erasure())
    await heard(complaints, risk("e2"), gesture("g2"))
    assert found(await dump(complaints.database_url), WHO, SECRET, "t1") == []
    assert [task["customer_id"] for task in await open_now(complaints)] == ["ben"]
    assert (await refusal(complaints, TASK, "/v1/tasks"))[:2] == (410, "gone")
    assert (await act(complaints, "complete", {"outcome": "x"})).status_code == 404
