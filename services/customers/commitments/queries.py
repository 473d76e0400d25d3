"""Reading commitments, and finding those whose time is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, and_, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.commitments.domain import Promise, State
from services.customers.commitments.tables import Commitment
from services.customers.profiles.belongings import one_of
from services.customers.profiles.tables import Customer
from shared.web.cursors import keyset
from shared.web.fields import Instant

AT_ONCE = 100
"""Promises that one transaction of the clock misses."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `overdue`: past the due time and not met; `due_before`: due earlier than that."""

    state: State | None = None
    overdue: bool | None = None
    due_before: Instant | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        found: list[ColumnElement[bool]] = []
        if self.state is not None:
            found.append(col(Commitment.state) == self.state)
        if self.overdue is not None:
            late = and_(col(Commitment.met_at).is_(None), col(Commitment.due_at) < now)
            found.append(late if self.overdue else not_(late))
        if self.due_before is not None:
            found.append(col(Commitment.due_at) < self.due_before)
        return found


def promise(row: Commitment) -> Promise:
    """How a commitment stands."""
    return Promise(row.occurred_at, row.due_at, cast("State", row.state), row.met_at)


async def one(session: AsyncSession, customer_id: str, commitment_id: str) -> Commitment:
    """The customer's commitment of that id; raises a 404 problem."""
    return await one_of(session, Commitment, customer_id, commitment_id, "commitment")


async def page(
    session: AsyncSession, limit: int, cursor: str | None, *conditions: ColumnElement[bool]
) -> tuple[list[Commitment], str | None]:
    """Commitments in the order of their due times, and the next cursor."""
    query = select(Commitment).where(*conditions)
    return await keyset(session, query, limit, cursor, col(Commitment.due_at), col(Commitment.id))


async def due(session: AsyncSession, now: datetime) -> list[Commitment]:
    """Open promises whose due time is over at `now`, the longest overdue first, claimed by this transaction.

    What another transaction has is left out. The customer's row is claimed too, as every command does, so that none
    is missed beside an erasure.
    """
    query = (
        select(Commitment)
        .join(Customer, col(Customer.id) == col(Commitment.customer_id))
        .where(col(Commitment.state) == "open", col(Commitment.due_at) < now)
        .order_by(col(Commitment.due_at), col(Commitment.id))
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list((await session.execute(query)).scalars())
