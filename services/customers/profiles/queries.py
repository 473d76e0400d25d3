"""Reading profiles."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.profiles.known import Known
from services.customers.profiles.models import ExternalIdModel
from services.customers.profiles.tables import Customer, ExternalId
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import INVALID, NOT_FOUND, Problem


async def one(session: AsyncSession, customer_id: str) -> Known:
    """The customer of that id; raises a 404 problem."""
    row = await session.get(Customer, customer_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    return (await _with_ids(session, [row]))[0]


async def page(
    session: AsyncSession, caller: Principal, limit: int, cursor: str | None, external_id: str | None
) -> tuple[list[Known], str | None]:
    """Customers in the order of their ids, and the next cursor; `external_id` is `system:value`.

    A token bound to stores lists their own customers; a visitor is found by an external id.
    """
    query = select(Customer)
    if caller.stores is not None and external_id is None:
        query = query.where(col(Customer.home_store_id).in_(sorted(caller.stores)))
    if external_id is not None:
        query = query.where(col(Customer.id).in_(_named(external_id)))
    rows, following = await keyset(session, query, limit, cursor, col(Customer.id))
    return await _with_ids(session, rows), following


def _named(external_id: str) -> Select[str]:
    system, colon, value = external_id.partition(":")
    if not colon or "\x00" in external_id:
        fault = {"pointer": "/external_id", "detail": "write system:value"}
        raise Problem(INVALID, "look at external_id", errors=[fault])
    return select(col(ExternalId.customer_id)).where(col(ExternalId.system) == system, col(ExternalId.value) == value)


async def _with_ids(session: AsyncSession, rows: Sequence[Customer]) -> list[Known]:
    query = select(ExternalId).where(col(ExternalId.customer_id).in_([row.id for row in rows]))
    found = (await session.execute(query.order_by("system", "value"))).scalars().all()
    named: dict[str, list[ExternalIdModel]] = {}
    for e in found:
        named.setdefault(e.customer_id, []).append(ExternalIdModel(system=e.system, value=e.value))
    return [Known(row, named.get(row.id, []), existed=True) for row in rows]
