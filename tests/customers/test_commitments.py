"""C12: what we promised a customer, told over REST: made once, and found again."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.commitments.commands import make
from services.customers.commitments.models import NewCommitment
from shared import clock
from shared.database import open_engine
from shared.events.customers import CommitmentMade
from shared.outbox import Transaction
from tests.customers.commitments import (
    AFTER,
    BETWEEN,
    DUE,
    MADE,
    NEVER,
    PATH,
    SECRET,
    WHOLE,
    known,
    listed,
    look,
    meet,
    outcomes,
    promise,
    shown,
    told,
    verbs,
)
from tests.support.client import Client

HOUR = timedelta(hours=1)


async def test_C12_every_field_comes_back(customers: Client) -> None:
    await known(customers)
    created = await customers.post(PATH, WHOLE)
    assert (created.status_code, created.headers["Location"]) == (201, f"{PATH}/p1"), created.text
    read = await customers.get(f"{PATH}/p1")
    assert (read.headers["ETag"], read.json()) == ('"1"', created.json())
    assert {name: read.json()[name] for name in WHOLE} == WHOLE
    assert set(read.json()) - set(WHOLE) == {"customer_id", "state", "met_at", "kept", "created_at", "version"}
    assert (read.json()["state"], read.json()["met_at"], read.json()["kept"]) == ("open", None, None)
    assert (await customers.get(PATH)).json() == {"items": [read.json()], "next": None}


async def test_C12_the_event_tells_when_it_is_due_and_through_whom_and_no_words(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    [made] = await told(customers)
    assert made.data == CommitmentMade(due_at=datetime(2026, 1, 10, 10, tzinfo=UTC), link="r1")
    assert (made.subject, made.partitionkey, shown(made.time)) == ("p1", "asha", MADE)
    assert SECRET.encode() not in made.to_json()
    [change] = (await customers.get(f"{PATH}/p1/history")).json()["items"]
    assert (change["what"], change["at"], change["before"]) == ("make", MADE, None)
    assert change["after"] == {name: WHOLE[name] for name in set(WHOLE) - {"id"}} | {"state": "open"}


async def test_C12_a_promise_without_a_moment_was_made_now(customers: Client) -> None:
    await known(customers)
    before = clock.now()
    answer = await customers.post(PATH, {"what": "call back", "due_at": NEVER})
    moment = datetime.fromisoformat(answer.json()["occurred_at"])
    assert before <= moment <= clock.now()
    assert [event.time for event in await told(customers)] == [moment]


async def test_C12_the_same_promise_again_counts_once(customers: Client) -> None:
    await known(customers, "asha", "ben")
    answers = await asyncio.gather(*(customers.post(PATH, WHOLE) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    for path, other in ((PATH, {"what": "something else"}), ("/v1/customers/ben/commitments", {})):
        refused = await customers.post(path, WHOLE | other)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:elevenfold:problem:conflict")
    assert await outcomes(customers) == [("made", MADE)]
    assert await verbs(customers) == ["make"]


async def test_C12_a_promise_told_again_after_its_due_time_is_still_the_same(customers: Client) -> None:
    await known(customers)
    now = clock.now()
    new = NewCommitment.model_validate({"id": "p1", "what": "at once", "due_at": shown(now + HOUR)})
    engine = open_engine(customers.database_url)
    found = []
    for moment in (now, now + 2 * HOUR):
        async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            found.append(await make(Transaction(session, "/crm/customers", moment, "e7"), "asha", new))
    await engine.dispose()
    assert [each.existed for each in found] == [False, True]
    assert [each.entity.occurred_at for each in found] == [now, now]
    assert len(await told(customers)) == 1


@pytest.mark.parametrize("made", [{"occurred_at": "2026-01-10T10:00:01Z"}, {"occurred_at": None}], ids=["told", "now"])
async def test_C12_a_promise_is_not_due_before_it_is_made(customers: Client, made: dict[str, Any]) -> None:
    await known(customers)
    refused = await customers.post(PATH, WHOLE | made)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:elevenfold:problem:invalid-request")
    [fault] = refused.json()["errors"]
    assert fault["pointer"] == "/due_at"
    assert "it can't have been due before that" in fault["detail"]
    assert (await customers.get(f"{PATH}/p1")).status_code == 404
    assert await told(customers) == []
    assert (await promise(customers, occurred_at=DUE))["due_at"] == DUE  # due at once is due in time


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("what", ""),
        ("what", "x" * 2001),
        ("what", "a\x00b"),
        ("what", None),
        ("due_at", "2026-01-10T10:00:00"),
        ("due_at", 1483271606),
        ("due_at", "2201-01-01T00:00:00Z"),
        ("due_at", None),
        ("occurred_at", "2190-01-01T00:00:00Z"),
        ("link", "no id"),
        ("made_by", "Ann Smith"),
        ("simulated", "yes"),
        ("state", "met"),
        ("id", "a/b"),
    ],
)
async def test_C12_what_is_no_promise_is_refused(customers: Client, name: str, value: object) -> None:
    await known(customers)
    refused = await customers.post(PATH, WHOLE | {name: value})
    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (422, [f"/{name}"])
    assert await listed(customers) == []
    assert await told(customers) == []


async def test_C12_nothing_is_promised_to_nobody(customers: Client) -> None:
    assert (await customers.post(PATH, WHOLE)).status_code == 404
    assert (await meet(customers, None)).status_code == 404
    await known(customers)
    assert (await meet(customers, None)).status_code == 404
    assert await told(customers) == []


async def test_C12_a_promise_is_anothers_under_another_customer(customers: Client) -> None:
    await known(customers, "asha", "ben")
    await promise(customers)
    path = "/v1/customers/ben/commitments/p1"
    assert (await customers.get(path)).status_code == 404
    assert (await customers.get(f"{path}/history")).status_code == 404
    assert (await meet(customers, DUE, path=path)).status_code == 404
    assert (await customers.get(f"{PATH}/p1")).json()["state"] == "open"


async def test_C12_lists_come_in_the_order_of_due_times_and_narrowed(customers: Client) -> None:
    await known(customers, "asha", "ben")
    await promise(customers, id="later", due_at=NEVER)
    await promise(customers, id="kept")
    await promise(customers, id="missed", due_at=BETWEEN)
    await promise(customers, "/v1/customers/ben/commitments", id="bens", made_by="e9")
    await meet(customers, DUE, path=f"{PATH}/kept")
    await promise(customers, id="overdue", due_at=AFTER)  # the clock has not looked at it yet
    assert await listed(customers) == ["missed", "kept", "overdue", "later"]
    assert await listed(customers, "?overdue=true") == ["missed", "overdue"]
    assert await listed(customers, "?overdue=false") == ["kept", "later"]
    await look(customers)
    assert await listed(customers, "?state=missed") == ["missed", "overdue"]
    assert await listed(customers, "?state=open") == ["later"]
    assert await listed(customers, f"?due_before={DUE}") == ["missed"]
    assert await listed(customers, "?overdue=true", "/v1/commitments") == ["missed", "bens", "overdue"]
    assert await listed(customers, "?state=missed&made_by=e9", "/v1/commitments") == ["bens"]
    for query, pointer in (
        ("state=kept", "/state"),
        ("due_before=2026-01-10", "/due_before"),
        ("overdue=7", "/overdue"),
    ):
        for path in (PATH, "/v1/commitments"):
            refused = await customers.get(f"{path}?{query}")
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_C12_the_list_of_all_is_of_the_whole_chain_or_of_one_employee(customers: Client) -> None:
    await known(customers)
    await promise(customers)
    bearer = customers.issuer.token(stores=("330",))
    assert (await customers.get("/v1/commitments", bearer=bearer)).status_code == 403
    assert await listed(customers, "?made_by=e7", "/v1/commitments", bearer=bearer) == ["p1"]
    assert await listed(customers, "?made_by=e9", "/v1/commitments", bearer=bearer) == []
    assert await listed(customers, bearer=bearer) == ["p1"], "one customer serves every store"


async def test_C12_a_page_goes_on_where_the_one_before_ended(customers: Client) -> None:
    await known(customers)
    names = [f"p{number}" for number in range(5)]
    for name in names:
        await promise(customers, id=name)
    seen: list[str] = []
    page = (await customers.get("/v1/commitments?limit=2")).json()
    await promise(customers, id="earlier", due_at=BETWEEN)
    while True:
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        page = (await customers.get(f"/v1/commitments?limit=2&cursor={page['next']}")).json()
    assert seen == names
