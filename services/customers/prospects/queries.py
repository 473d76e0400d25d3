"""Reading prospects, and claiming those whom something that happened elsewhere concerns."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal, not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.tables import Customer
from services.customers.prospects.domain import STAGES, STALLED_AFTER, Verdict
from services.customers.prospects.standing import Standing
from services.customers.prospects.tables import Prospect
from shared.events.customers import Stage
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.fields import Id
from shared.web.problems import NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. `open`: not closed yet; `stalled`: too long at a stage, or not."""

    stage: Stage | None = None
    verdict: Verdict | None = None
    store_id: Id | None = None
    open: bool | None = None
    stalled: bool | None = None

    def conditions(self, now: datetime) -> list[ColumnElement[bool]]:
        """One condition for each filter that is set."""
        named = {"stage": self.stage, "verdict": self.verdict, "store_id": self.store_id}
        found = [getattr(Prospect, name) == value for name, value in named.items() if value is not None]
        if self.open is not None:
            found.append(col(Prospect.outcome).is_(None) == self.open)
        if self.stalled is not None:
            found.append(_stalled(now) if self.stalled else not_(_stalled(now)))
        return found


def _stalled(now: datetime) -> ColumnElement[bool]:
    """`domain.stalled`, for the database; a test holds the two together."""
    return (
        col(Prospect.outcome).is_(None)
        & (col(Prospect.stage) != "usage")
        & col(Customer.buying_type).is_distinct_from("emotional")
        & (col(Prospect.moved_at) < now - STALLED_AFTER)
    )


async def one(session: AsyncSession, customer_id: str) -> Standing:
    """The prospect of that id, the customer's; raises a 404 problem. Any store may ask: one customer serves all."""
    row = await session.get(Prospect, customer_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no prospect {customer_id}")
    return (await _standing(session, [row]))[0]


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, conditions: Sequence[ColumnElement[bool]]
) -> tuple[list[Standing], str | None]:
    """Prospects as they were taken down first, oldest first, and the next cursor; a bound token lists its stores'."""
    query = select(Prospect).join(Customer, col(Customer.id) == col(Prospect.customer_id)).where(*conditions)
    if caller.stores is not None:
        query = query.where(col(Prospect.store_id).in_(sorted(caller.stores)))
    order = col(Prospect.created_at), col(Prospect.customer_id)
    rows, following = await keyset(session, query, limit, cursor, *order)
    return await _standing(session, rows), following


async def claim(session: AsyncSession, customers: Collection[str], stages: Sequence[Stage] = STAGES) -> list[Prospect]:
    """Who of these customers, held already, is an open prospect at one of these stages, locked as well."""
    concerned = (
        col(Prospect.customer_id) == any_(literal(list(customers), ARRAY(Text))),
        col(Prospect.outcome).is_(None),
        col(Prospect.stage).in_(stages),
    )
    rows = select(Prospect).where(*concerned).order_by(col(Prospect.customer_id))
    anew = rows.with_for_update().execution_options(populate_existing=True)
    return list((await session.execute(anew)).scalars())


async def _standing(session: AsyncSession, rows: Sequence[Prospect]) -> list[Standing]:
    query = select(col(Customer.id), col(Customer.buying_type))
    found = await session.execute(query.where(col(Customer.id).in_([row.customer_id for row in rows])))
    buying = {each.id: each.buying_type for each in found}
    return [Standing.of(row, buying.get(row.customer_id)) for row in rows]
