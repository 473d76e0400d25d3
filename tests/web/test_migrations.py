"""W01: the migrations of a service make the tables that its code declares, and can be taken back."""

import asyncio

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import DBAPIError

from deploy.local.infrastructure import Addresses
from shared import migrations
from shared.database import open_engine
from shared.migrations import configuration
from tests.support.databases import fresh_database


def up_and_down(connection: Connection, service: str) -> None:
    """Compare, take everything back, make it anew, compare again; raises for any difference."""
    history = configuration(service, connection)
    command.check(history)
    command.downgrade(history, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    command.upgrade(history, "head")
    command.check(history)


@pytest.mark.parametrize("service", ["customers", "complaints", "loyalty"])
async def test_W01_the_migrations_make_what_the_code_declares(service: str, infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, service))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(up_and_down, service)
    finally:
        await engine.dispose()


async def test_W01_a_migration_that_waits_for_a_table_stops_nobody(
    infrastructure: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads for long; whoever comes behind the migration that waits for them is served in between."""
    monkeypatch.setattr(migrations, "LOCK_S", 0.2)
    monkeypatch.setattr(migrations, "BETWEEN_S", 0.2)
    url = await fresh_database(infrastructure.postgres_url, "complaints")
    engine, reader, writer = open_engine(url), await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: command.downgrade(configuration("complaints", c), "0001"))
        async with reader.transaction():
            await reader.execute("select from complaints")
            migrating = asyncio.ensure_future(migrations.upgrade("complaints", url))
            for _ in range(5):
                await asyncio.wait_for(writer.execute("update complaints set state = state"), 2)
                await asyncio.sleep(0.1)
            assert not migrating.done()
            monkeypatch.setattr(migrations, "TRIES", 1)
            with pytest.raises(DBAPIError, match="lock timeout"):
                await migrations.upgrade("complaints", url)
        await migrating
        async with engine.begin() as connection:
            await connection.run_sync(lambda c: command.check(configuration("complaints", c)))
    finally:
        await asyncio.gather(reader.close(), writer.close(), engine.dispose())
