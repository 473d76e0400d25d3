"""Engines on PostgreSQL: how a service opens its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias, cast

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

UNREACHABLE = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    OperationalError,
    InterfaceError,
    PoolTimeoutError,
)
"""What a dead, restarting or saturated database raises through SQLAlchemy and asyncpg."""


GIVE_UP_S = 2.0
"""How long a new connection, or one out of a pool that is used up, is waited for."""

REFUSING = ("08", "53", "57")
"""Classes of SQLSTATE: connection exception, insufficient resources, operator intervention."""
GIVING_WAY = ("40P01", "40001")
"""SQLSTATE: deadlock detected, serialization failure."""


def open_engine(url: str, *, pool_size: int = 5, search_path: str = "public", application: str = "") -> AsyncEngine:
    """An engine on `postgresql://…`; connects lazily, gives up connecting after `GIVE_UP_S`.

    Connections are tested before use (`pool_pre_ping`), so that the first request after an outage succeeds.
    """
    server_settings = {
        "search_path": search_path,
        "timezone": "UTC",
        "application_name": application or "elevenfold",
        "idle_in_transaction_session_timeout": "60000",
    }
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=GIVE_UP_S,
        pool_pre_ping=True,
        connect_args={"timeout": GIVE_UP_S, "server_settings": server_settings},
    )


def is_unreachable(error: BaseException) -> bool:
    """Whether the database could not be reached, as opposed to refusing the statement."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        # So asyncpg speaks of a connection that is cut while it is being opened.
        cut = isinstance(error, InternalError) and "cannot switch to state" in str(error)
        return cut or error.connection_invalidated or state[:2] in REFUSING or isinstance(error, UNREACHABLE)
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error)  # its other meaning is a mistake of ours
    return isinstance(error, UNREACHABLE)


def gave_way(error: BaseException) -> bool:
    """Whether the database made this transaction give way to another: nothing of it is done, it can be done anew."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in GIVING_WAY


async def driver(connection: AsyncConnection) -> Connection:
    """asyncpg's connection under SQLAlchemy's, in its transaction: for COPY and large reads.

    SQLAlchemy begins a transaction with its first statement; raises `RuntimeError` where there was none yet,
    since every statement would then commit by itself.
    """
    raw = await connection.get_raw_connection()
    found = cast("Connection", raw.driver_connection)
    if not found.is_in_transaction():
        raise RuntimeError("no transaction has begun on this connection")
    return found


@asynccontextmanager
async def raw_connection(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """asyncpg's connection out of an engine's pool, without a transaction."""
    async with engine.connect() as connection:
        raw = await connection.get_raw_connection()
        yield cast("Connection", raw.driver_connection)


@asynccontextmanager
async def raw_transaction(engine: AsyncEngine) -> AsyncIterator[Connection]:
    """asyncpg's connection out of an engine's pool, in a transaction that commits at the end."""
    async with raw_connection(engine) as raw, raw.transaction():
        yield raw
