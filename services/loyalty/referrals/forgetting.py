"""Forgetting who demanded it: whom they brought, and who brought them. That somebody was brought stays the other's."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_HISTORY = text("""
    delete from history where entity = 'referral' and entity_id in
        (select id from referrals where customer_id = any(:customers) or friend_id = any(:customers))
""")
_STATEMENTS = (
    # Their steps name both.
    _HISTORY,
    text("delete from referral_purchases where friend_id = any(:customers)"),
    text("update referrals set friend_id = null, purchase_id = null, content = '' where friend_id = any(:customers)"),
    text("""
        update referrals set customer_id = null, reward_due_at = null, content = '' where customer_id = any(:customers)
    """),
    text("delete from referrals where customer_id is null and friend_id is null"),
)


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Take these customers out of referrals; one of which both ends are gone goes, too."""
    for statement in _STATEMENTS:
        await session.execute(statement, {"customers": list(customers)})
