"""C12: what we were to conform to by a time, and nobody checked by then."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.requirements.commands import miss_due
from services.customers.workers import working
from shared import clock
from shared.database import open_engine
from shared.duties import Clock
from shared.events.customers import RequirementChecked
from shared.outbox import Transaction
from tests.customers.test_requirements import CHECK, FIRST, ONE, PATH, SECOND, STATED, THIRD, require, told, verbs
from tests.support.client import Client
from tests.support.pipeline import WORKER_SETTINGS

NEVER = "2199-01-01T00:00:00Z"


async def look(customers: Client, clocks: int = 1) -> int:
    """So many clocks look, at once; how many duties they did."""
    engine = open_engine(customers.database_url)
    try:
        return sum(await asyncio.gather(*(Clock(engine, "/crm/customers", [miss_due]).look() for _ in range(clocks))))
    finally:
        await engine.dispose()


async def outcomes(customers: Client) -> list[tuple[str, str, bool]]:
    """Of which requirement it was told, when it was checked, and whether it conforms."""
    return [
        (event.subject, event.time.isoformat().replace("+00:00", "Z"), event.data.conforms)
        for event in await told(customers)
        if isinstance(event.data, RequirementChecked)
    ]


async def test_C12_what_nobody_checked_by_its_due_time_does_not_conform(customers: Client) -> None:
    await require(customers, due_at=FIRST)
    await require_more(customers, q2=NEVER, q3=None)
    assert await look(customers) == 1
    [check] = (await customers.get(f"{ONE}/checks")).json()["items"]
    assert (check["conforms"], check["occurred_at"], check["simulated"]) == (False, FIRST, True)
    assert await outcomes(customers) == [("q1", FIRST, False)]
    newest = (await customers.get(f"{ONE}/history")).json()["items"][0]
    assert (newest["what"], newest["by"], newest["at"]) == ("check", "clock", FIRST)
    assert await look(customers) == 0


async def test_C12_however_many_clocks_look_each_is_noted_once(customers: Client) -> None:
    await require(customers, due_at=FIRST)
    await require_more(customers, **{f"r{number}": SECOND for number in range(8)})
    assert await look(customers, clocks=4) + await look(customers) == 9
    assert sorted(name for name, _, _ in await outcomes(customers)) == ["q1", *(f"r{number}" for number in range(8))]


async def test_C12_the_clock_goes_in_the_order_of_due_times_and_leaves_what_it_dies_with(customers: Client) -> None:
    await require(customers, due_at=THIRD)
    await require_more(customers, q2=FIRST, q3=SECOND)
    engine = open_engine(customers.database_url)
    async with AsyncSession(engine) as session:
        assert await miss_due(Transaction(session, "/crm/customers", clock.now(), "clock")) == 3
        assert await look(customers) == 0, "somebody else has them"
        await session.rollback()
    await engine.dispose()
    assert await outcomes(customers) == []
    assert await look(customers) == 3
    assert [name for name, _, _ in await outcomes(customers)] == ["q2", "q3", "q1"]


@pytest.mark.parametrize("at", [FIRST, THIRD], ids=["before it was due", "after"])
async def test_C12_what_was_checked_is_not_missed(customers: Client, at: str) -> None:
    await require(customers, due_at=SECOND)
    await customers.post(f"{ONE}/checks", CHECK | {"occurred_at": at, "conforms": True})
    assert await look(customers) == 0
    assert await outcomes(customers) == [("q1", at, True)]


async def test_C12_a_check_told_after_the_clock_looked_counts_by_itself(customers: Client) -> None:
    await require(customers, due_at=SECOND)
    await look(customers)
    assert (await customers.post(f"{ONE}/checks", CHECK | {"conforms": True})).status_code == 201
    assert await outcomes(customers) == [("q1", SECOND, False), ("q1", FIRST, True)]
    assert await look(customers) == 0
    assert await verbs(customers) == ["state", "check", "check"]


@pytest.mark.parametrize(("at", "missed"), [(FIRST, 0), (SECOND, 1), (THIRD, 1)])
async def test_C12_what_was_withdrawn_before_it_was_due_is_not_missed(customers: Client, at: str, missed: int) -> None:
    await require(customers, due_at=SECOND)
    assert (await customers.post(f"{ONE}/withdraw", {"occurred_at": at}, match='"1"')).status_code == 200
    assert await look(customers) == missed


async def test_C12_the_clock_and_a_check_at_once_leave_one_or_both_in_order(customers: Client) -> None:
    await require(customers, due_at=SECOND)
    await require_more(customers, **{f"r{number}": SECOND for number in range(6)})
    paths = [f"{PATH}/r{number}/checks" for number in range(6)]
    checks = (customers.post(path, CHECK | {"id": f"k{number}"}) for number, path in enumerate(paths))
    _, answers = await asyncio.gather(look(customers, clocks=2), asyncio.gather(*checks))
    await look(customers)
    assert {answer.status_code for answer in answers} == {201}
    for number in range(6):
        mine = [at for name, at, _ in await outcomes(customers) if name == f"r{number}"]
        assert mine in ([FIRST], [SECOND, FIRST]), "the clock is silent once somebody checked"


async def test_C12_due_at_once_is_no_fault_and_the_worker_looks(customers: Client) -> None:
    await require(customers, due_at=STATED)
    assert miss_due in working(WORKER_SETTINGS).duties


async def require_more(customers: Client, **due: str | None) -> None:
    """More requirements of the same customer, by their due times."""
    for name, due_at in due.items():
        body = {"id": name, "what": "x", "occurred_at": STATED, "due_at": due_at}
        assert (await customers.post(PATH, body)).status_code == 201
