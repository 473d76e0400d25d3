"""Reading integrations and what went through them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.integrations.domain import Joining, State
from services.customers.integrations.tables import Integration, IntegrationUse
from services.customers.profiles.belongings import one_of
from shared.events.customers import IntegrationKind, UseKind
from shared.web.cursors import Pager, keyset
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    kind: IntegrationKind | None = None
    state: State | None = None


def joining(row: Integration) -> Joining:
    """How an integration stands."""
    return Joining(cast("State", row.state), row.occurred_at, row.started_at, row.ended_at)


async def last_use(session: AsyncSession, integration_id: str) -> datetime | None:
    """When something went through it last, however late that was told."""
    query = select(func.max(IntegrationUse.occurred_at)).where(col(IntegrationUse.integration_id) == integration_id)
    found: datetime | None = (await session.execute(query)).scalar_one()
    return found


async def one(session: AsyncSession, customer_id: str, integration_id: str) -> Integration:
    """The customer's integration of that id; raises a 404 problem."""
    return await one_of(session, Integration, customer_id, integration_id, "integration")


async def page(
    session: AsyncSession, customer_id: str, paging: Pager, filters: Filters
) -> tuple[list[Integration], str | None]:
    """A customer's integrations as they were taken down, oldest first, and the next cursor."""
    query = select(Integration).where(col(Integration.customer_id) == customer_id)
    for name, value in asdict(filters).items():
        if value is not None:
            query = query.where(getattr(Integration, name) == value)
    return await keyset(session, query, paging.limit, paging.cursor, col(Integration.created_at), col(Integration.id))


async def one_use(session: AsyncSession, customer_id: str, integration_id: str, use_id: str) -> IntegrationUse:
    """The use of that id, of the customer's integration; raises a 404 problem."""
    row = await session.get(IntegrationUse, use_id)
    if row is None or (row.customer_id, row.integration_id) != (customer_id, integration_id):
        raise Problem(NOT_FOUND, f"no use {use_id}")
    return row


async def uses(
    session: AsyncSession, integration_id: str, paging: Pager, kind: UseKind | None
) -> tuple[list[IntegrationUse], str | None]:
    """What went through an integration as it was taken down, oldest first, and the next cursor."""
    query = select(IntegrationUse).where(col(IntegrationUse.integration_id) == integration_id)
    if kind is not None:
        query = query.where(col(IntegrationUse.kind) == kind)
    order = col(IntegrationUse.created_at), col(IntegrationUse.id)
    return await keyset(session, query, paging.limit, paging.cursor, *order)
