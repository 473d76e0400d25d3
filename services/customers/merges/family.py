"""Every id of one person: the customer whom records were merged into, and those records."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_FAMILY = text("""
    with recursive above as (
        select id, merged_into from customers where id = :id
        union select customers.id, customers.merged_into from customers join above on customers.id = above.merged_into
    ), family as (
        select id from above where merged_into is null
        union select customers.id from customers join family on customers.merged_into = family.id
    )
    select id from family order by id
""")


async def family(session: AsyncSession, customer_id: str) -> list[str]:
    """The ids that stand for the same person as this one, itself among them, in their order."""
    found = list((await session.execute(_FAMILY, {"id": customer_id})).scalars())
    return found or [customer_id]
