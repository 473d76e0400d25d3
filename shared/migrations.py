"""Schema migrations: one Alembic history per service, in `services/<service>/migrations`."""

import asyncio
from importlib import import_module
from typing import Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Text, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import AutoString

from shared.database import open_engine
from shared.schema import SERVICES, migrations_of
from shared.settings import DatabaseSettings, load
from shared.tables import Xid8

LOCK_S = 5.0
"""How long a migration waits for a table; whoever wants the table after it waits behind it, as long."""
BETWEEN_S = 5.0
"""How long it then lets them pass, with nothing done, before it tries again."""
TRIES = 24
LOCKED = "55P03"


def configuration(service: str, connection: Connection | None = None) -> Config:
    """Alembic's configuration for a service, on an open connection where there is one."""
    config = Config()
    config.set_main_option("script_location", str(migrations_of(service)))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


async def migrate(service: str) -> None:
    """Bring the service's database, as its environment names it, to the newest schema."""
    await upgrade(service, load(DatabaseSettings).database_url)


async def upgrade(service: str, database_url: str) -> None:
    """Bring a service's database to the newest schema; a second run changes nothing.

    Raises SQLAlchemy's `DBAPIError` where somebody keeps a table locked through all `TRIES`.
    """
    engine = open_engine(database_url, application=f"{service}-migrate")
    try:
        for _ in range(TRIES - 1):
            try:
                return await _upgrade(service, engine)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != LOCKED:
                    raise
            await asyncio.sleep(BETWEEN_S)
        await _upgrade(service, engine)
    finally:
        await engine.dispose()


async def _upgrade(service: str, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        # Two migration jobs at once: the second waits, then finds nothing to do.
        await connection.execute(text("select pg_advisory_xact_lock(hashtext('migrate'))"))
        await connection.execute(text(f"set local lock_timeout = '{LOCK_S:g}s'"))
        await connection.run_sync(lambda c: command.upgrade(configuration(service, c), "head"))


def run_env(service: str, metadata: MetaData) -> None:
    """The body of every service's `migrations/env.py`; imports the tables of every subject, which declares them."""
    from alembic import context

    for tables in sorted((SERVICES / service).glob("*/tables.py")):
        import_module(f"services.{service}.{tables.parent.name}.tables")

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
