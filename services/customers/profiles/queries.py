"""Reading profiles."""

from dataclasses import asdict, dataclass

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.customers.merges.queries import survivors
from services.customers.profiles import lists
from services.customers.profiles.domain import CustomerKind
from services.customers.profiles.known import Known
from services.customers.profiles.tables import Customer, ExternalId
from shared.web.auth import Principal
from shared.web.cursors import Pager, keyset
from shared.web.fields import Code, Id
from shared.web.problems import INVALID, NOT_FOUND, Problem


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; each is named after its field."""

    kind: CustomerKind | None = None
    region: Code | None = None
    sector: Code | None = None
    home_store_id: Id | None = None
    merged_into: Id | None = None


async def one(session: AsyncSession, customer_id: str) -> Known:
    """The customer of that id; raises a 404 problem."""
    row = await session.get(Customer, customer_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no customer {customer_id}")
    return (await lists.known(session, [row]))[0]


async def page(
    session: AsyncSession, caller: Principal, paging: Pager, external_id: str | None, filters: Filters
) -> tuple[list[Known], str | None]:
    """Customers in the order of their ids, and the next cursor; `external_id` is `system:value`.

    Records that were merged into others are left out, unless `merged_into` asks for them; an external id of such a
    record finds the customer whose it turned out to be. A token bound to stores lists their own customers; a visitor
    is found by an external id.
    """
    query = select(Customer).where(col(Customer.merged_into) == filters.merged_into)
    for name, value in asdict(filters).items():
        if value is not None:
            query = query.where(getattr(Customer, name) == value)
    if caller.stores is not None and external_id is None:
        query = query.where(col(Customer.home_store_id).in_(sorted(caller.stores)))
    if external_id is not None:
        query = query.where(col(Customer.id).in_(survivors(_named(external_id))))
    rows, following = await keyset(session, query, paging.limit, paging.cursor, col(Customer.id))
    return await lists.known(session, rows), following


def _named(external_id: str) -> Select[str]:
    system, colon, value = external_id.partition(":")
    if not colon or "\x00" in external_id:
        fault = {"pointer": "/external_id", "detail": "write system:value"}
        raise Problem(INVALID, "look at external_id", errors=[fault])
    return select(col(ExternalId.customer_id)).where(col(ExternalId.system) == system, col(ExternalId.value) == value)
