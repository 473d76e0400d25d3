"""REST: a service's part of a subject access export (C10): everything it holds of a customer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel
from sqlalchemy import MetaData

from shared.events.values import ID_PATTERN
from shared.held import Held, held
from shared.web.app import Reading, WholeChain

CustomerId = Annotated[str, Path(pattern=ID_PATTERN)]


class Part(BaseModel):
    """What one service holds under one id: by table, its rows."""

    customer_id: str
    held: dict[str, list[dict[str, Any]]]


def part_router(metadata: MetaData) -> APIRouter:
    """The route by which the customers service asks for this service's part."""
    router = APIRouter(tags=["export"])

    @router.get("/customers/{customer_id}/export", dependencies=[WholeChain])
    async def export(customer_id: CustomerId, session: Reading) -> Part:
        """Everything that this service holds of a customer; the customers service gathers the parts."""
        found: Held = await held(session, metadata, [customer_id])
        return Part(customer_id=customer_id, held=found)

    return router
