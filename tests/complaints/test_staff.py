"""K03: employees by their ids, what they are and what they were trained for; no names."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.complaints.staff.queries import lapsed_level, level, role
from tests.support.client import Client

SUPERVISOR = {"role": "customer_service_supervisor", "store_id": "330"}
LEARNT = {"level": 3, "course": "goodwill", "occurred_at": "2017-01-10T10:00:00Z", "expires_at": "2018-01-10T10:00:00Z"}


def sessions(complaints: Client) -> async_sessionmaker[AsyncSession]:
    """Sessions on the service's database."""
    assert complaints.app is not None
    found: async_sessionmaker[AsyncSession] = complaints.app.state.sessions
    return found


async def test_K03_an_employee_is_put_changed_and_listed_by_store(complaints: Client) -> None:
    made = await complaints.put("/v1/staff/emp-7", SUPERVISOR)
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, "/v1/staff/emp-7", '"1"')
    assert (await complaints.put("/v1/staff/emp-7", SUPERVISOR)).status_code == 200
    moved = SUPERVISOR | {"store_id": "331"}
    assert (await complaints.put("/v1/staff/emp-7", moved)).status_code == 428
    assert (await complaints.put("/v1/staff/emp-7", moved, match='"1"')).json()["version"] == 2
    assert (await complaints.put("/v1/staff/emp-7", SUPERVISOR, match='"1"')).status_code == 412
    await complaints.put("/v1/staff/emp-9", SUPERVISOR | {"role": "associate"})
    listed = (await complaints.get("/v1/staff?store_id=331")).json()["items"]
    assert [each["id"] for each in listed] == ["emp-7"]
    changes = (await complaints.get("/v1/staff/emp-7/history")).json()["items"]
    assert [(each["what"], each["after"]) for each in changes] == [
        ("change", {"store_id": "331"}),
        ("create", SUPERVISOR),
    ]
    async with sessions(complaints)() as session:
        assert await role(session, "emp-7") == "customer_service_supervisor"
        assert await role(session, "emp-8") is None
    assert await complaints.outbox() == []


async def test_K03_a_training_holds_from_its_completion_until_it_expires(complaints: Client) -> None:
    path = "/v1/staff/emp-7/trainings"
    assert (await complaints.post(path, LEARNT | {"id": "t3"})).headers["Location"] == f"{path}/t3"
    basic = {"id": "t1", "level": 1, "occurred_at": "2016-01-01T00:00:00Z"}
    assert (await complaints.post(path, basic)).json()["expires_at"] is None
    assert (await complaints.get(f"{path}/t3")).json()["level"] == 3
    assert [each["id"] for each in (await complaints.get(path)).json()["items"]] == ["t1", "t3"]
    moments = {
        datetime(2015, 12, 31, tzinfo=UTC): (0, 0),
        datetime(2017, 1, 10, 9, 59, tzinfo=UTC): (1, 0),
        datetime(2017, 1, 10, 10, tzinfo=UTC): (3, 0),
        datetime(2018, 1, 10, 9, 59, tzinfo=UTC): (3, 0),
        datetime(2018, 1, 10, 10, tzinfo=UTC): (1, 3),
    }
    async with sessions(complaints)() as session:
        for at, expected in moments.items():
            assert (await level(session, "emp-7", at), await lapsed_level(session, "emp-7", at)) == expected, at
        assert await level(session, "emp-8", datetime(2017, 6, 1, tzinfo=UTC)) == 0


async def test_K03_a_training_told_twice_is_one(complaints: Client) -> None:
    path, told = "/v1/staff/emp-7/trainings", LEARNT | {"id": "t3"}
    answers = await asyncio.gather(*(complaints.post(path, told) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert (await complaints.post(path, told | {"level": 5})).status_code == 409
    assert (await complaints.post("/v1/staff/emp-8/trainings", told)).status_code == 409
    assert len((await complaints.get("/v1/staff/emp-7/history")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"level": 0}, "/level"),
        ({"level": 6}, "/level"),
        ({"level": "3"}, "/level"),
        ({"expires_at": LEARNT["occurred_at"]}, "/expires_at"),
        ({"occurred_at": None, "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"occurred_at": "2017-01-10T10:00:00"}, "/occurred_at"),
        ({"name": "Asha Rao"}, "/name"),
    ],
)
async def test_K03_a_training_that_can_not_be_is_refused(
    complaints: Client, change: dict[str, object], pointer: str
) -> None:
    answer = await complaints.post("/v1/staff/emp-7/trainings", LEARNT | change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await complaints.get("/v1/staff/emp-7/trainings")).json()["items"] == []


async def test_K03_a_bound_token_reads_its_own_stores_employees_and_says_nothing_of_any(complaints: Client) -> None:
    bound = complaints.issuer.token(stores=["330"])
    await complaints.put("/v1/staff/emp-7", SUPERVISOR)
    await complaints.put("/v1/staff/emp-8", SUPERVISOR | {"store_id": "331"})
    assert (await complaints.get("/v1/staff/emp-7", bearer=bound)).status_code == 200
    for staff_id in ("emp-7", "emp-8", "emp-unknown"):
        path = f"/v1/staff/{staff_id}"
        assert (
            await complaints.put(path, SUPERVISOR | {"role": "manager"}, match="*", bearer=bound)
        ).status_code == 403
        assert (await complaints.post(f"{path}/trainings", LEARNT, bearer=bound)).status_code == 403
    for staff_id in ("emp-8", "emp-unknown"):
        for path in ("", "/history", "/trainings"):
            assert (await complaints.get(f"/v1/staff/{staff_id}{path}", bearer=bound)).status_code == 404
    assert [each["id"] for each in (await complaints.get("/v1/staff", bearer=bound)).json()["items"]] == ["emp-7"]
