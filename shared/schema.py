"""Which schema a service's code was written for, told without loading the migration machinery."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.web.health import Check

SERVICES = Path(__file__).parent.parent / "services"


def migrations_of(service: str) -> Path:
    """The folder of a service's Alembic history."""
    return SERVICES / service / "migrations"


def newest_revision(service: str) -> str:
    """The last migration's revision: they are numbered, and the file's name begins with the number."""
    return max(path.name.partition("_")[0] for path in (migrations_of(service) / "versions").glob("*_*.py"))


def database_check(service: str, engine: AsyncEngine) -> Check:
    """Ready when the database answers and its schema is the one this code was written for, or a newer one.

    Migrations keep the version before them working, so that it goes on serving while it is replaced.
    """
    newest = newest_revision(service)

    async def check() -> str | None:
        async with engine.connect() as connection:
            found = await connection.scalar(text("select version_num from alembic_version"))
        return None if found and found >= newest else f"schema {found}, not {newest}"

    return check
