"""Forgetting who demanded it: what campaigns sent them, and what they answered."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    text("""
        delete from responses using deliveries
        where (responses.campaign_id, responses.customer_id) = (deliveries.campaign_id, deliveries.customer_id)
        and deliveries.customer_id = any(:customers)
    """),
    text("delete from deliveries where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete what went between campaigns and these customers."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
