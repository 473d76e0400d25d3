"""Reading purchases."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.purchases.models import LineView, PurchaseView
from services.loyalty.purchases.tables import Purchase, PurchaseLine
from shared.web.auth import Principal
from shared.web.cursors import keyset
from shared.web.problems import NOT_FOUND, WRONG_STATE, Problem

_HEAD = tuple(name for name in PurchaseView.model_fields if name != "lines")


async def one(session: AsyncSession, purchase_id: str, caller: Principal) -> PurchaseView:
    """The purchase of that id; raises a 404 problem, for another store's too."""
    return (await shown(session, [await demand(session, purchase_id, caller)]))[0]


async def demand(session: AsyncSession, purchase_id: str, caller: Principal, *, lock: bool = False) -> Purchase:
    """The purchase's row, locked where asked; raises the same 404 problem."""
    purchase = await session.get(Purchase, purchase_id, with_for_update=lock or None)
    if purchase is None:
        raise Problem(NOT_FOUND, f"no purchase {purchase_id}")
    caller.hide_other_stores(purchase.store_id)
    return purchase


def demand_theirs(purchase: Purchase) -> None:
    """Raises a 409 problem for a bill that turned out to be another customer's."""
    if purchase.corrected_to is not None:
        raise Problem(WRONG_STATE, f"the bill was another customer's; it is the purchase {purchase.corrected_to} now")


async def page(
    session: AsyncSession,
    caller: Principal,
    limit: int,
    cursor: str | None,
    *,
    customer_id: str | None,
    card_id: str | None,
    store_id: str | None,
) -> tuple[list[PurchaseView], str | None]:
    """Purchases as they were taken down, oldest first, and the next cursor."""
    query = select(Purchase)
    if caller.stores is not None:
        query = query.where(col(Purchase.store_id).in_(sorted(caller.stores)))
    if customer_id is not None:
        query = query.where(col(Purchase.customer_id) == customer_id)
    if card_id is not None:
        query = query.where(col(Purchase.card_id) == card_id)
    if store_id is not None:
        query = query.where(col(Purchase.store_id) == store_id)
    rows, following = await keyset(session, query, limit, cursor, col(Purchase.created_at), col(Purchase.id))
    return await shown(session, rows), following


async def shown(session: AsyncSession, purchases: Sequence[Purchase]) -> list[PurchaseView]:
    """The purchases with their lines."""
    query = select(PurchaseLine).where(col(PurchaseLine.purchase_id).in_([purchase.id for purchase in purchases]))
    lines: dict[str, list[LineView]] = {purchase.id: [] for purchase in purchases}
    for line in (await session.execute(query.order_by("purchase_id", "line"))).scalars():
        lines[line.purchase_id].append(LineView.model_validate(line))
    return [
        PurchaseView(**{name: getattr(purchase, name) for name in _HEAD}, lines=lines[purchase.id])
        for purchase in purchases
    ]
