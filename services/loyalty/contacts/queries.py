"""Reading contact policies, consents and memberships: of many customers at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.contacts.domain import Crossing, Policy, Said
from services.loyalty.contacts.tables import Consent, ContactPolicy, SegmentMember
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, Problem

_MEMBERS = text("""
    select customer_id from (
        select distinct on (customer_id) customer_id, entered from segment_members
        where segment_id = :segment and at <= :at and customer_id > :after
        order by customer_id, at desc, entered
    ) as last
    where entered order by customer_id limit :most
""")


async def one(session: AsyncSession, channel: str) -> ContactPolicy:
    """The policy of that channel; raises a 404 problem where none was put."""
    row = await session.get(ContactPolicy, channel)
    if row is None:
        raise Problem(NOT_FOUND, f"no contact policy for {channel}: the default holds")
    return row


async def page(session: AsyncSession, limit: int, cursor: str | None) -> tuple[list[ContactPolicy], str | None]:
    """Policies in the order of their channels, and the next cursor."""
    return await keyset(session, select(ContactPolicy), limit, cursor, col(ContactPolicy.channel))


async def policies(session: AsyncSession) -> dict[str, Policy]:
    """By channel, the policies that were put."""
    rows = (await session.execute(select(ContactPolicy))).scalars()
    return {row.channel: Policy(row.most, row.days) for row in rows}


async def said(session: AsyncSession, ids: Collection[str], purpose: str) -> Mapping[tuple[str, str], list[Said]]:
    """By customer and channel, what they said about being contacted for this purpose."""
    query = select(Consent).where(col(Consent.customer_id).in_(ids), col(Consent.purpose) == purpose)
    found: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        found[row.customer_id, row.channel].append(Said(row.customer_id, row.at, row.granted, row.told_at))
    return found


async def crossings(session: AsyncSession, ids: Collection[str], segment_id: str) -> Mapping[str, list[Crossing]]:
    """By customer, when they entered and left the segment."""
    query = select(SegmentMember).where(
        col(SegmentMember.customer_id).in_(ids), col(SegmentMember.segment_id) == segment_id
    )
    found: dict[str, list[Crossing]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        found[row.customer_id].append(Crossing(row.at, row.entered))
    return found


async def members(session: AsyncSession, segment_id: str, at: datetime, most: int, after: str) -> list[str]:
    """Who was in the segment then, in the order of their ids: at most so many of those behind `after`."""
    told = {"segment": segment_id, "at": at, "most": most, "after": after}
    return list((await session.execute(_MEMBERS, told)).scalars())
