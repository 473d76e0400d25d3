"""Which customers are one: a service's own copy of the merges that the customers topic tells.

Needs the table that `shared.tables.add_aliases` declares.
"""

from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerMerged, CustomerUnmerged
from shared.handling import Handle
from shared.outbox import Transaction

_FAMILIES = text("""
    with recursive above as (
        select id as asked, id from unnest(cast(:ids as text[])) as asked (id)
        union
        select above.asked, aliases.merged_into from aliases join above on aliases.id = above.id
        where aliases.merged_into is not null
    ), family as (
        select asked, id from above
        union
        select family.asked, aliases.id from aliases join family on aliases.merged_into = family.id
    )
    select asked, array_agg(id) as ids from family group by asked
""")
_KEEP = text("""
    insert into aliases (id, merged_into, told_at) values (:id, :merged_into, :told_at)
    on conflict (id) do update set merged_into = excluded.merged_into, told_at = excluded.told_at
    where excluded.told_at >= aliases.told_at
""")
_FORGET = text("delete from aliases where id = any(:customers) or merged_into = any(:customers)")


async def families(session: AsyncSession, customers: Collection[str]) -> dict[str, set[str]]:
    """By customer, every id under which they are known, themselves included."""
    rows = await session.execute(_FAMILIES, {"ids": sorted(set(customers))})
    return {row.asked: set(row.ids) for row in rows}


async def family(session: AsyncSession, customer_id: str) -> set[str]:
    """The same for one."""
    return (await families(session, [customer_id]))[customer_id]


def keeping_aliases(erased: Erased) -> Handle:
    """The handler of `customer.merged` and `.unmerged`: the newest about a customer holds; none of the erased."""

    async def keep(tx: Transaction, events: Sequence[Event]) -> None:
        rows = [_alias(event) for event in events]
        named = [{name for name in (row["id"], row["merged_into"]) if name} for row in rows]
        gone = await erased.admit(tx.session, set[str]().union(*named))
        for row, names in zip(rows, named, strict=True):
            if not gone & names:
                await tx.session.execute(_KEEP, row)

    return keep


async def forget(session: AsyncSession, customers: Collection[str]) -> None:
    """Forget that these customers were known under other ids, too."""
    await session.execute(_FORGET, {"customers": list(customers)})


def _alias(event: Event) -> dict[str, Any]:
    told = cast("CustomerMerged | CustomerUnmerged", event.data)
    into = told.into if isinstance(told, CustomerMerged) else None
    return {"id": event.subject, "merged_into": into, "told_at": told.at}
