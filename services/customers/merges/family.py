"""Every id of one person: the customer whom records were merged into, and those records."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ROOTS = text("""
    with recursive above as (
        select id, merged_into from customers where id = any(:ids)
        union select customers.id, customers.merged_into from customers join above on customers.id = above.merged_into
    ), family as (
        select id, id as root from above where merged_into is null
        union select customers.id, root from customers join family on customers.merged_into = family.id
    )
    select id, root from family order by id
""")


async def roots(session: AsyncSession, customers: Collection[str]) -> dict[str, str]:
    """Every id of these customers' families, in order, with the customer it stands for; the unknown are left out."""
    return {row.id: row.root for row in await session.execute(_ROOTS, {"ids": list(customers)})}


async def family(session: AsyncSession, customer_id: str) -> list[str]:
    """The ids that stand for the same person as this one, itself among them, in their order."""
    return list(await roots(session, [customer_id])) or [customer_id]
