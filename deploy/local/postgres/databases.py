"""One database per service, on whatever server there is."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import asyncpg

SERVICES = ("customers", "complaints", "loyalty", "scoring")


def with_database(dsn: str, database: str) -> str:
    """The same server's DSN for another database."""
    return urlsplit(dsn)._replace(path=f"/{database}").geturl()


async def ensure_databases(dsn: str, names: Iterable[str] = SERVICES) -> None:
    """Creates the databases that are missing: UTF8, collation "C" (bytewise, everywhere alike).

    `dsn` must allow CREATE DATABASE. Two callers at once do no harm.
    """
    connection = await asyncpg.connect(dsn)
    try:
        there = {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
        for name in names:
            if name not in there:
                await _create(connection, name)
    finally:
        await connection.close()


async def _create(connection: asyncpg.Connection, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        await connection.execute(f"CREATE DATABASE {quoted} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
    except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
        return
