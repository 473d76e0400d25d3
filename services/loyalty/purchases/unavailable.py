"""What can be done with requests in vain: note one, read them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.loyalty.purchases.tables import UnavailableRequest
from services.loyalty.purchases.unavailable_models import NewUnavailableRequest
from shared.events.purchases import PurchaseNotAvailable
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.cursors import Pager, keyset
from shared.web.entities import add_once
from shared.web.problems import NOT_FOUND, Problem
from shared.web.work import Existing


async def ask(tx: Transaction, new: NewUnavailableRequest, caller: Principal) -> Existing[UnavailableRequest]:
    """Note that something was not to be had; the same id with the same content does nothing.

    Raises 403 for another store, 409 for an id with other content, 410 for a customer who was erased.
    """
    caller.demand_store(new.store_id)
    if new.customer_id is not None:
        await tx.admit(new.customer_id)
    found = await add_once(tx, _new(tx, new), "a request")
    if not found.existed:
        row = found.entity
        payload = PurchaseNotAvailable(category=row.category, product_id=row.product_id, lines=row.lines)
        key = row.customer_id or f"store:{row.store_id}"
        await tx.record(payload, key=key, subject=row.id, time=row.occurred_at, store=row.store_id)
    return found


async def one(session: AsyncSession, request_id: str, caller: Principal) -> UnavailableRequest:
    """The request of that id; raises a 404 problem, for another store's too."""
    row = await session.get(UnavailableRequest, request_id)
    if row is None:
        raise Problem(NOT_FOUND, f"no request {request_id}")
    caller.hide_other_stores(row.store_id)
    return row


async def page(
    session: AsyncSession, caller: Principal, paging: Pager, wanted: Mapping[str, str | None]
) -> tuple[list[UnavailableRequest], str | None]:
    """Requests as they were taken down, oldest first, and the next cursor. `wanted`: values of columns."""
    query = select(UnavailableRequest)
    if caller.stores is not None:
        query = query.where(col(UnavailableRequest.store_id).in_(sorted(caller.stores)))
    query = query.filter_by(**{name: value for name, value in wanted.items() if value is not None})
    order = col(UnavailableRequest.created_at), col(UnavailableRequest.id)
    return await keyset(session, query, paging.limit, paging.cursor, *order)


def _new(tx: Transaction, new: NewUnavailableRequest) -> UnavailableRequest:
    told = new.model_dump(exclude={"id"}) | {"occurred_at": new.occurred_at or tx.recorded}
    return UnavailableRequest(id=new.id or str(uuid7()), content=new.content(), created_at=tx.recorded, **told)
