"""The purchases that complaints name, judged by this service's own copy of them.

A sale of nobody known is whoever's has the receipt. A purchase may be told after the complaint about it: it is judged
anew at each reading.
"""

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.complaints.cases.tables import Complaint
from services.complaints.served import queries as served

Reference = Literal["known", "unknown", "another_customers"]
"""What is known of a purchase that a complaint names."""
_MERGED = text("""
    with recursive above as (
        select id as start, id from unnest(:ids ::text[]) as id
        union select above.start, aliases.merged_into from above join aliases on aliases.id = above.id
        where aliases.merged_into is not null
    )
    select start, id from above
""")


async def references(session: AsyncSession, complaints: Sequence[Complaint]) -> dict[str, Reference]:
    """What is known of the purchase of each complaint that names one, by the complaint's id."""
    naming = {complaint.id: complaint for complaint in complaints if complaint.purchase_id is not None}
    if not naming:
        return {}
    bought = await served.purchases(session, {str(complaint.purchase_id) for complaint in naming.values()})
    buyers = {key: bought[case.purchase_id].customer_id for key, case in naming.items() if case.purchase_id in bought}
    pairs = [(key, naming[key].customer_id, buyer) for key, buyer in buyers.items()]
    others = [(key, who, buyer) for key, who, buyer in pairs if who and buyer and who != buyer]
    ids = await _merged(session, {name for _, who, buyer in others for name in (who, buyer)})
    foreign = {key for key, who, buyer in others if ids[who].isdisjoint(ids[buyer])}
    return {key: "another_customers" if key in foreign else "known" if key in buyers else "unknown" for key in naming}


async def _merged(session: AsyncSession, customers: Collection[str]) -> dict[str, set[str]]:
    """For each of these customers, themselves and whom they were merged into."""
    found: dict[str, set[str]] = {customer: set() for customer in customers}
    if customers:
        for row in await session.execute(_MERGED, {"ids": sorted(customers)}):
            found[row.start].add(row.id)
    return found
