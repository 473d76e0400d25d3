"""Waiting for facts, and closing, on a pipeline."""

from typing import Any

import asyncpg

from services.scoring.generations.schema import FIRST, search_path
from tests.support.pipeline import Pipeline
from tests.support.waiting import eventually


async def arrived(crm: Pipeline, purchases: int) -> None:
    """Wait until scoring knows so many facts."""
    path = {"search_path": search_path(FIRST)}
    connection = await asyncpg.connect(crm.scoring.database_url, server_settings=path)

    async def look() -> bool:
        found: int = await connection.fetchval("select count(*) from facts")
        return found == purchases

    try:
        await eventually(look, seconds=300)
    finally:
        await connection.close()


async def closed(crm: Pipeline, as_of: str) -> dict[str, Any]:
    """Close as of a date, and wait for it."""
    asked = await crm.scoring.post("/v1/close", {"as_of": as_of})
    assert asked.status_code == 201, asked.text

    async def look() -> dict[str, Any] | None:
        close: dict[str, Any] = (await crm.scoring.get(asked.headers["Location"])).json()
        return close if close["finished_at"] else None

    done: dict[str, Any] = await eventually(look, seconds=300)
    return done
