"""Forgetting who demanded it: their ledger."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_STATEMENTS = (
    # The clock may be about to move their points.
    text("select from point_accounts where customer_id = any(:customers) order by customer_id for update"),
    text("""
        delete from movements where customer_id = any(:customers) and not exists (
            select from entries where movement_id = movements.id and customer_id <> all(:customers))
    """),
    # What is left moved somebody else's points too, who was known as the same customer: it stays in balance.
    text("""
        update movements set customer_id = others.customer_id, card_id = null, reason_text = null, content = ''
        from (
            select movement_id, min(customer_id) as customer_id from entries
            where customer_id <> all(:customers) group by movement_id
        ) as others
        where others.movement_id = movements.id and movements.customer_id = any(:customers)
    """),
    text("""
        update entries set account = 'forgotten', customer_id = null, lot_id = null where customer_id = any(:customers)
    """),
    text("delete from lots where customer_id = any(:customers)"),
    text("delete from point_accounts where customer_id = any(:customers)"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Delete these customers' points; the programme's totals are those of who is left."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
