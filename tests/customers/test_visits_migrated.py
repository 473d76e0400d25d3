"""C07: visits from before there was an end of the day are given theirs."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, text

from deploy.local.infrastructure import Addresses
from shared.database import open_engine
from shared.migrations import configuration
from tests.support.databases import fresh_database

_ADD = text("""
    insert into visits (id, customer_id, channel, started_at, simulated, content, created_at, version)
    values ('v1', 'asha', 'store', cast(:at as timestamptz), false, '', now(), 1)
""")


def migrated(connection: Connection, started: str) -> datetime:
    """When a visit that was there before closes."""
    migrations = configuration("customers", connection)
    command.downgrade(migrations, "0005")
    connection.execute(text("set time zone 'America/New_York'"))
    connection.execute(_ADD, {"at": datetime.fromisoformat(started)})
    command.upgrade(migrations, "head")
    closes: datetime = connection.execute(text("select closes_at from visits")).scalar_one()
    return closes


@pytest.mark.parametrize("started", ["2026-03-08T00:00:00+00:00", "2026-03-08T18:30:00-05:00"])
async def test_C07_a_visit_from_before_closes_with_its_day_in_utc(started: str, infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, "customers"))
    try:
        async with engine.begin() as connection:
            assert await connection.run_sync(migrated, started) == datetime(2026, 3, 9, tzinfo=UTC)
    finally:
        await engine.dispose()
