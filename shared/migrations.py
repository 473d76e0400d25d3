"""Schema migrations: one Alembic history per service, in `services/<service>/migrations`."""

import asyncio
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Text, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import AutoString

from shared.database import open_engine
from shared.tables import Xid8
from shared.web.health import Check

SERVICES = Path(__file__).parent.parent / "services"


def configuration(service: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration for a service, on an open connection where there is one."""
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(service: str, database_url: str) -> None:
    """Bring a service's database to the newest schema; a second run changes nothing."""
    asyncio.run(upgrade_now(service, database_url))


async def upgrade_now(service: str, database_url: str) -> None:
    """`upgrade`, where a loop is running already."""
    engine = open_engine(database_url, application=f"{service}-migrate")
    try:
        async with engine.begin() as connection:
            # Two migration jobs at once: the second waits, then finds nothing to do.
            await connection.execute(text("select pg_advisory_xact_lock(hashtext('migrate'))"))
            await connection.run_sync(lambda c: command.upgrade(configuration(service, c), "head"))
    finally:
        await engine.dispose()


def run_env(metadata: MetaData) -> None:
    """The body of every service's `migrations/env.py`."""
    from alembic import context

    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=_render,
        compare_type=_differs,
        include_schemas=metadata.schema is not None,
        include_name=lambda name, kind, _: kind != "schema" or name == metadata.schema,
    )
    with context.begin_transaction():
        context.run_migrations()


def _differs(_context: object, _column: object, _ours: object, found: object, told: object) -> bool | None:
    """Text is text, however SQLModel calls it; everything else Alembic judges by itself (None)."""
    return False if isinstance(told, AutoString) and isinstance(found, Text) else None


def _render(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """How generated migrations write the types that are not SQLAlchemy's own."""
    if kind == "type" and isinstance(item, AutoString):
        return "sa.Text()"
    if kind == "type" and isinstance(item, Xid8):
        context.imports.add("from shared.tables import Xid8")
        return "Xid8()"
    return False


def database_check(service: str, engine: AsyncEngine) -> Check:
    """Ready when the database answers and its schema is the one this code was written for."""
    newest = ScriptDirectory.from_config(configuration(service)).get_current_head()

    async def check() -> str | None:
        async with engine.connect() as connection:
            found = await connection.scalar(text("select version_num from alembic_version"))
        return None if found == newest else f"schema {found}, not {newest}"

    return check
