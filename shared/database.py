"""Engines on PostgreSQL: how a service opens its own database."""

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

UNREACHABLE = (OSError, OperationalError, InterfaceError, PoolTimeoutError)
"""What a dead, restarting or saturated database raises through SQLAlchemy and asyncpg."""


def open_engine(url: str, *, pool_size: int = 5, search_path: str = "public", application: str = "") -> AsyncEngine:
    """An engine on `postgresql://…`; connects lazily, gives up connecting after 2 s.

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
        pool_timeout=2,
        pool_pre_ping=True,
        connect_args={"timeout": 2, "server_settings": server_settings},
    )


def is_unreachable(error: BaseException) -> bool:
    """Whether the database could not be reached, as opposed to refusing the statement."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, UNREACHABLE)
