"""Forgetting who demanded it: their purchases, and what they asked for in vain, stay as nobody's."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    # While it is known whose purchases are: a digest of a correction is of the customer whom it names, too.
    text("""
        update corrections set content = '' where purchase_id in (
            select wrong.id from purchases theirs join purchases wrong on wrong.id in (theirs.id, theirs.corrects)
            where theirs.customer_id = any(:customers)
        )
    """),
    text("""
        update purchases set customer_id = null, card_id = null, integration_id = null, content = ''
        where customer_id = any(:customers)
    """),
    # Shown by somebody else, before it was theirs.
    text("""
        update purchases set card_id = null where card_id in (select id from cards where customer_id = any(:customers))
    """),
    text("""
        update unavailable_requests set customer_id = null, content = '' where customer_id = any(:customers)
    """),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Make these customers' purchases nobody's."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
