"""Reading relationships, and claiming those of who leaves."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.tables import Customer
from services.customers.relationships.domain import Role
from services.customers.relationships.tables import Relationship
from shared.web.cursors import keyset
from shared.web.fields import Code, Id
from shared.web.problems import NOT_FOUND, Problem

OPEN = col(Relationship.ended_at).is_(None)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `active`: those that last, or those that are over."""

    customer_id: Id | None = None
    party_id: Id | None = None
    role: Role | None = None
    decision: Code | None = None
    active: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        named = ("customer_id", "party_id", "role", "decision")
        told = {name: getattr(self, name) for name in named if getattr(self, name) is not None}
        found = [col(getattr(Relationship, name)) == value for name, value in told.items()]
        if self.active is not None:
            found.append(OPEN if self.active else ~OPEN)
        return found


async def one(session: AsyncSession, relationship_id: str) -> Relationship:
    """The relationship of that id; raises a 404 problem."""
    row = await session.get(Relationship, relationship_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no relationship {relationship_id}")
    return row


async def customer_of(session: AsyncSession, relationship_id: str) -> str:
    """Whose relationship it is; raises a 404 problem."""
    query = select(col(Relationship.customer_id)).where(col(Relationship.id) == relationship_id)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise Problem(NOT_FOUND, f"no relationship {relationship_id}")
    return found


async def page(
    session: AsyncSession, limit: int, cursor: str | None, filters: Filters
) -> tuple[list[Relationship], str | None]:
    """Relationships as they were taken down, oldest first, and the next cursor."""
    query = select(Relationship).where(*filters.conditions())
    return await keyset(session, query, limit, cursor, col(Relationship.created_at), col(Relationship.id))


async def beside(session: AsyncSession, row: Relationship) -> list[Relationship]:
    """The customer's other open relationships of the same role."""
    query = select(Relationship).where(
        OPEN,
        col(Relationship.customer_id) == row.customer_id,
        col(Relationship.role) == row.role,
        col(Relationship.id) != row.id,
    )
    return list((await session.execute(query)).scalars())


async def of_partner(session: AsyncSession, party_id: str) -> list[Relationship]:
    """A partner's open relationships, claimed by this transaction.

    The customers' rows are claimed before, in the order of their ids, as every command does: nothing of a customer
    changes beside another command, or beside their erasure.
    """
    query = (
        select(Relationship)
        .join(Customer, col(Customer.id) == col(Relationship.customer_id))
        .where(OPEN, col(Relationship.party_id) == party_id, col(Relationship.party_kind) == "partner")
        .order_by(col(Relationship.customer_id), col(Relationship.id))
        .with_for_update(key_share=True)
    )
    return list((await session.execute(query)).scalars())


async def with_customers(session: AsyncSession, party_id: str, customers: Collection[str]) -> list[Relationship]:
    """A partner's open relationships with these customers."""
    query = select(Relationship).where(
        OPEN,
        col(Relationship.party_id) == party_id,
        col(Relationship.party_kind) == "partner",
        col(Relationship.customer_id).in_(customers),
    )
    return list((await session.execute(query)).scalars())
