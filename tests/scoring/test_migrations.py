"""W01: scoring's migrations begin the generations again, in both directions, whichever of them was live."""

import pytest
from alembic import command
from sqlalchemy import Connection, exists, select, table, text

from deploy.local.infrastructure import Addresses
from services.scoring.generations.schema import FIRST, shown, statements
from shared.database import open_engine
from shared.migrations import configuration
from tests.support.databases import fresh_database

SCHEMAS = "select nspname from pg_namespace where nspname ~ '^gen_[0-9]+$'"
TABLES = "facts", "store_facts", "entities", "aliases", "marks", "cards", "offsets"


def rebuilt(connection: Connection, kept: bool) -> None:
    """Generation 2 is live and holds data, as does the first one where it was kept."""
    connection.execute(text("insert into gen_1.marks (customer_id) values ('old')"))
    connection.execute(text("update app.generations set state = 'retired'"))
    connection.execute(text("insert into app.generations (number, state, created_at) values (2, 'live', now())"))
    for statement in [*statements(2), *shown(2)]:
        connection.execute(text(statement))
    connection.execute(text("insert into gen_2.marks (customer_id) values ('c1')"))
    if not kept:
        connection.execute(text("drop schema gen_1 cascade"))
        connection.execute(text("update app.generations set state = 'dropped' where number = 1"))


def begun(connection: Connection, pointer: str) -> None:
    """The first generation is the only one, live as `pointer` tells it, and empty."""
    assert connection.scalars(text(SCHEMAS)).all() == ["gen_1"]
    assert connection.execute(text(pointer)).all() == [(FIRST, True)]
    for name in TABLES:
        assert not connection.scalar(select(exists().select_from(table(name, schema="gen_1")))), name


def down_and_up(connection: Connection, kept: bool) -> None:
    """Rebuild, take the migration back, apply it again; look each time."""
    migrations = configuration("scoring", connection)
    rebuilt(connection, kept)
    command.downgrade(migrations, "0001")
    begun(connection, "select number, live from app.generations")
    connection.execute(text("create schema gen_7"))
    connection.execute(text("insert into gen_1.marks (customer_id) values ('c1')"))
    command.upgrade(migrations, "head")
    begun(connection, "select number, state = 'live' from app.generations")
    command.check(migrations)
    connection.execute(text("insert into gen_1.marks (customer_id) values ('c2')"))
    assert connection.scalars(text("select customer_id from live.marks")).all() == ["c2"], "readers see what is written"


@pytest.mark.parametrize("kept", [True, False])
async def test_W01_generations_begin_again_down_and_up(kept: bool, infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, "scoring"))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(down_and_up, kept)
            await connection.run_sync(lambda c: command.downgrade(configuration("scoring", c), "base"))
    finally:
        await engine.dispose()


SOMEBODY = (
    "insert into gen_1.marks (customer_id) values ('c1')",
    """insert into gen_1.cards (customer_id, as_of, next_review_at, reference_as_of, reference_revision, facts, phase,
            at_risk, card)
        values ('c1', now(), now() + interval '9 days', '-infinity', 0, 1, 'prospect', false, '{}')""",
    "insert into app.published (customer_id, phase, at_risk) values ('c1', 'prospect', false)",
)
"""In a generation whose cards do not tell of segments yet, which is what a downgrade leaves."""
KEPT = "select customer_id, segments, segments_revision, next_review_at <= now() from live.cards"


def kept_up_and_down(connection: Connection) -> None:
    """Bring a database of the release before up, and take it back; look each time."""
    migrations = configuration("scoring", connection)
    command.downgrade(migrations, "0002")
    for statement in SOMEBODY:
        connection.execute(text(statement))
    command.upgrade(migrations, "head")
    command.check(migrations)
    assert connection.execute(text(KEPT)).all() == [("c1", [], 0, True)]
    assert connection.scalars(text("select segments from app.published")).all() == [[]]
    assert connection.scalars(text("select customer_id from live.marks")).all() == ["c1"]
    command.downgrade(migrations, "0002")
    assert connection.scalars(text("select customer_id from live.cards")).all() == ["c1"]


async def test_W01_a_generation_keeps_its_facts_when_cards_begin_to_tell_of_segments(infrastructure: Addresses) -> None:
    engine = open_engine(await fresh_database(infrastructure.postgres_url, "scoring"))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(kept_up_and_down)
    finally:
        await engine.dispose()
