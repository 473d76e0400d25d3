"""C10: cases stay for what they tell of a store, without the person who complained."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from services.complaints.workers import working
from shared.events import Event
from shared.events.customers import CustomerErased
from shared.events.erasures import ErasureCompleted
from tests.complaints.cases import BODIES, COMPLAINT, act, lived, opened
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

CANARY, WHO = "canary-that-must-not-sing", "household-208"
GONE = "urn:elevenfold:problem:gone"
WORK = working(WORKER_SETTINGS)


def erasure(customer: str = WHO, part: str = "part-1") -> Event:
    """The customer demanded to be forgotten."""
    return told(CustomerErased(erasure_id=part), customer, customer)


async def complained(client: Client, **more: Any) -> dict[str, Any]:
    """A case with the canary wherever somebody can write."""
    case = await opened(client, text=CANARY, purchase_id="b-1", **more)
    steps: list[tuple[str, dict[str, Any]]] = [
        ("escalate", {"note": CANARY}),
        ("pause", {"note": CANARY}),
        ("resume", {}),
        ("remedies", {"granted_by": "emp-7"}),
        ("resolve", {"resolution": CANARY}),
        ("reopen", {"reason": CANARY}),
    ]
    for verb, body in steps:
        answer = await act(client, case, verb, **body)
        assert answer.status_code == 200, answer.text
        case = answer.json()
    return case


async def test_C10_a_case_stays_without_the_person(complaints: Client) -> None:
    case = await complained(complaints, id="k1")
    other = await complained(complaints, id="k2", customer_id="ben")
    assert len(found(await dump(complaints.database_url), CANARY, WHO)) > 10
    await handled(complaints, WORK, erasure())
    left = await dump(complaints.database_url)
    assert found(left, WHO) == []
    assert [line for line in found(left, CANARY) if "k2" not in line and "ben" not in line] == []
    [row] = [line for line in left.split("\n") if line.startswith("public.complaints ") and '"k1"' in line]
    kept = json.loads(row.partition(" ")[2])
    for name in ("store_id", "category", "severity", "state", "level", "root_cause", "reopened"):
        assert kept[name] == case[name]
    assert '"granted_by":"emp-7"' in next(line for line in left.split("\n") if "complaint_remedies" in line)
    assert (await complaints.get("/v1/complaints/k2")).json() == other


async def test_C10_nobody_reads_the_case_or_takes_a_step_in_it(complaints: Client) -> None:
    case = await lived(complaints, await opened(complaints, id="k1"), "acknowledge")
    await opened(complaints, id="k2", customer_id="ben")
    await handled(complaints, WORK, erasure())
    before = await dump(complaints.database_url)
    answers = [await complaints.get(f"/v1/complaints/k1{path}") for path in ("", "/history")]
    answers += [await act(complaints, case, verb) for verb in BODIES]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (410, GONE)
    other_store = complaints.issuer.token(stores=["7"])
    assert (await complaints.get("/v1/complaints/k1", bearer=other_store)).status_code == 404
    for query in ("", "?state=acknowledged", f"?customer_id={WHO}", "?store_id=330"):
        listed = (await complaints.get(f"/v1/complaints{query}")).json()["items"]
        assert {item["id"] for item in listed} <= {"k2"}
    assert await dump(complaints.database_url) == before


async def test_C10_who_is_erased_complains_no_more(complaints: Client) -> None:
    await opened(complaints, id="k1", text=CANARY)
    await handled(complaints, WORK, erasure())
    for key in ("k1", "k2", None):
        answer = await complaints.post("/v1/complaints", COMPLAINT | {"id": key, "text": CANARY})
        assert (answer.status_code, answer.json()["type"]) == (410, GONE)
    answer = await complaints.post("/v1/complaints", COMPLAINT | {"id": "k1", "customer_id": "ben"})
    assert answer.status_code == 409
    assert found(await dump(complaints.database_url), CANARY, "ben") == []


async def test_C10_an_erasure_is_answered_once(complaints: Client) -> None:
    await opened(complaints, id="k1")
    again = [erasure(), erasure("ben", "part-2")]
    for _ in range(2):
        await handled(complaints, WORK, *again, *again)
    told_of = await complaints.outbox()
    assert [(event.partitionkey, event.subject) for event in told_of] == [
        ("erasure:part-1", "part-1"),
        ("erasure:part-2", "part-2"),
    ]
    assert {event.data for event in told_of} == {ErasureCompleted(service="complaints")}
    assert {event.source for event in told_of} == {"/crm/complaints"}


@pytest.mark.parametrize("statement", [
    "update complaints set text = $1",
    "insert into history (entity, entity_id, version, at, recorded_at, by, what, after)"
    " values ('complaint', 'k1', 2, now(), now(), 'emp', 'note', $1)",
    "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ('e', 't', 'household-208', 't', $1)",
    "insert into complaint_steps (complaint_id, number, verb, by, occurred_at, recorded_at, note)"
    " values ('k1', 9, 'note', 'emp', now(), now(), $1)",
], ids=["case", "history", "outbox", "step"])  # fmt: skip
async def test_C10_a_step_that_is_just_being_taken_is_waited_for(complaints: Client, statement: str) -> None:
    await opened(complaints, id="k1")
    writer = await asyncpg.connect(complaints.database_url)
    try:
        async with writer.transaction():
            await writer.execute("select from complaints where id = 'k1' for update")
            erasing = asyncio.ensure_future(handled(complaints, WORK, erasure()))
            await asyncio.sleep(0.3)
            assert not erasing.done()
            await writer.execute(statement, CANARY)
        await erasing
    finally:
        await writer.close()
    assert found(await dump(complaints.database_url), CANARY, WHO) == []


async def test_C10_complaints_told_beside_their_erasure_leave_nothing(complaints: Client) -> None:
    bodies = [COMPLAINT | {"id": f"k{number}", "text": CANARY} for number in range(20)]
    posted = asyncio.gather(*(complaints.post("/v1/complaints", body) for body in bodies))
    answers, _ = await asyncio.gather(posted, handled(complaints, WORK, erasure()))
    assert {answer.status_code for answer in answers} <= {201, 410}
    assert found(await dump(complaints.database_url), CANARY, WHO) == []
