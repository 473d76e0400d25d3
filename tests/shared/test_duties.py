"""W01: what the clock demands is done once, and one duty's fault holds no other up."""

import asyncio

from deploy.local.infrastructure import Addresses
from shared.database import open_engine
from shared.duties import Clock
from shared.outbox import Transaction
from tests.support.databases import fresh_database
from tests.support.waiting import eventually, running


async def broken(_: Transaction) -> int:
    """A duty that always fails."""
    raise ZeroDivisionError


async def test_W01_a_duty_that_fails_holds_no_other_up(infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, "customers"))
    done, left = 0, 3

    async def sound(_: Transaction) -> int:
        nonlocal done, left
        if not left:
            return 0
        done, left = done + 1, left - 1
        return 1

    clock = Clock(engine, "/crm/test", [broken, sound])

    async def all_done() -> bool:
        return done == 3

    async with running(clock.run):
        await eventually(all_done)
        assert await clock.check() in {"starting", "broken: ZeroDivisionError"}

        async def told() -> bool:
            return await clock.check() == "broken: ZeroDivisionError"

        await eventually(told)
    await engine.dispose()


async def test_W01_an_unreachable_database_is_waited_out() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")

    async def duty(tx: Transaction) -> int:
        await tx.session.connection()
        return 0

    clock, stop = Clock(engine, "/crm/test", [duty]), asyncio.Event()
    working = asyncio.ensure_future(clock.run(stop))

    async def told() -> bool:
        return (await clock.check() or "").startswith("duty: ")

    await eventually(told)
    stop.set()
    await working
    await engine.dispose()
