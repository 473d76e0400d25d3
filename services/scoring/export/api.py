"""REST: everything that scoring holds of a customer (C10)."""

from typing import Any

import orjson
from fastapi import APIRouter, Request

from services.scoring.scorecards.asked import CustomerId
from shared.database import Connection, raw_connection
from shared.erased import gone
from shared.web.app import WholeChain
from shared.web.export import Part

router = APIRouter(tags=["export"])
_HELD = {
    "facts": """
        select customer_id, source, id, time, recorded, type, subject, store_id, data::jsonb from facts
        where customer_id = $1 order by time, source, type, subject, id
    """,
    "aliases": "select * from aliases where customer_id = $1 or into_id = $1 order by at, customer_id",
    "cards": "select customer_id, card::jsonb from cards where customer_id = $1",
    "published": "select * from published where customer_id = $1",
    "memberships": "select * from memberships where customer_id = $1",
    "findings": "select * from finding_customers where customer_id = $1",
}
"""By name, what the live generation and the lasting tables hold under an id; rows as JSON."""


@router.get("/customers/{customer_id}/export", dependencies=[WholeChain])
async def export(customer_id: CustomerId, request: Request) -> Part:
    """Everything that scoring holds under this id; the customers service gathers the parts of all services."""
    async with raw_connection(request.app.state.engine) as connection:
        if await request.app.state.erasures.known(connection, [customer_id]):
            raise gone()
        held = {name: await _rows(connection, query, customer_id) for name, query in _HELD.items()}
    return Part(customer_id=customer_id, held={name: rows for name, rows in held.items() if rows})


async def _rows(connection: Connection, query: str, customer_id: str) -> list[dict[str, Any]]:
    rows = await connection.fetch(f"select to_jsonb(held)::text as row from ({query}) as held", customer_id)
    return [orjson.loads(row["row"]) for row in rows]
