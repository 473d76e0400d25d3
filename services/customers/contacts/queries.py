"""Reading what a customer said about being contacted."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.consents.tables import Consent
from services.customers.contacts.domain import Step
from shared.history import HISTORY


async def standing(session: AsyncSession, ids: Sequence[str], purpose: str, channel: str) -> list[Step]:
    """The consents of these ids as they stand, locked in their order: a withdrawal comes before us or after."""
    query = select(Consent).where(
        col(Consent.customer_id).in_(ids), col(Consent.purpose) == purpose, col(Consent.channel) == channel
    )
    rows = (await session.execute(query.order_by(col(Consent.customer_id)).with_for_update(read=True))).scalars()
    return [step for row in rows for step in _of(row)]


async def steps(session: AsyncSession, ids: Sequence[str], purpose: str, channel: str) -> list[Step]:
    """Every grant and withdrawal under these ids, in the order in which they were told."""
    row = HISTORY.c
    query = select(row.entity_id, row.at, row.what).where(
        row.entity == "customer",
        row.entity_id.in_(ids),
        row.part == f"consents/{purpose}/{channel}",
        row.what.in_(("grant", "withdraw")),
    )
    found = await session.execute(query.order_by(row.seq))
    return [Step(customer_id, at, what == "grant") for customer_id, at, what in found]


def _of(row: Consent) -> list[Step]:
    granted = Step(row.customer_id, row.granted_at, granted=True)
    return [granted, *([Step(row.customer_id, row.withdrawn_at, granted=False)] if row.withdrawn_at else [])]
