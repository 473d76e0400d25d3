"""W01: the migrations of a service make the tables that its code declares, and can be taken back."""

import pytest
from alembic import command
from sqlalchemy import Connection, inspect

from deploy.local.infrastructure import Addresses
from shared.database import open_engine
from shared.migrations import configuration
from tests.support.databases import fresh_database


def up_and_down(connection: Connection, service: str) -> None:
    """Compare, take everything back, make it anew, compare again; raises for any difference."""
    migrations = configuration(service, connection)
    command.check(migrations)
    command.downgrade(migrations, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    command.upgrade(migrations, "head")
    command.check(migrations)


@pytest.mark.parametrize("service", ["customers", "complaints", "loyalty"])
async def test_W01_the_migrations_make_what_the_code_declares(service: str, infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, service))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(up_and_down, service)
    finally:
        await engine.dispose()
