"""REST: what of a service's events still waits to be published."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from shared.web.app import Reading

router = APIRouter(tags=["status"])


class Status(BaseModel):
    """`outbox_pending`: events not on Kafka yet, counted up to 10,000."""

    outbox_pending: int


@router.get("/status")
async def status(session: Reading) -> Status:
    """How far the relay is behind."""
    counted = await session.scalar(text("select count(*) from (select from outbox limit 10000) as counted"))
    return Status(outbox_pending=counted or 0)
