"""What can be told of competitors: that one was met, and that a customer asked for the price of one."""

from typing import Any

from uuid_utils.compat import uuid7

from services.loyalty.competitors import queries
from services.loyalty.competitors.observation_models import NewObservation, NewPriceMatch
from services.loyalty.competitors.tables import CompetitorObservation, PriceMatchRequest
from shared.events.loyalty import CompetitorObserved, PriceMatchRefused
from shared.outbox import Transaction
from shared.web.amounts import money
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.work import Existing


async def observe(tx: Transaction, new: NewObservation, caller: Principal) -> Existing[CompetitorObservation]:
    """Note that a competitor had to do with a customer or a store; the same id with the same content does nothing.

    Raises 403 for another store, and for none where a token is bound to stores; 409 for an id that is in use with other
    content, 410 for who was erased, 422 for who is not in the register.
    """
    if new.customer_id is not None:
        await tx.admit(new.customer_id)
    caller.demand_store(new.store_id)
    await queries.demand(tx.session, new.competitor_id)
    row = CompetitorObservation(**_told(tx, new))
    found = await add_once(tx, row, "an observation")
    if not found.existed:
        await _tell(tx, found.entity, new)
    return found


async def ask_match(tx: Transaction, new: NewPriceMatch, caller: Principal) -> Existing[PriceMatchRequest]:
    """Note that a customer asked for a competitor's price; told is what was refused: what is granted shows on the bill.

    Raises as `observe` does.
    """
    await tx.admit(new.customer_id)
    caller.demand_store(new.store_id)
    await queries.demand(tx.session, new.competitor_id)
    found = await add_once(tx, PriceMatchRequest(**_told(tx, new)), "a price match request")
    row = found.entity
    if not found.existed and not row.granted:
        refused = PriceMatchRefused(category=row.category)
        await tx.record(refused, key=row.customer_id, subject=row.id, time=row.occurred_at, store=row.store_id)
    return found


async def _tell(tx: Transaction, row: CompetitorObservation, new: NewObservation) -> None:
    observed = CompetitorObserved(
        kind=new.kind,
        competitor_id=row.competitor_id,
        category=row.category,
        product_id=row.product_id,
        price=money(row.price, row.currency),
    )
    key = row.customer_id or f"store:{row.store_id}"
    await tx.record(observed, key=key, subject=row.id, time=row.occurred_at, store=row.store_id)


def _told(tx: Transaction, new: NewObservation | NewPriceMatch) -> dict[str, Any]:
    made = {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    said = {name: getattr(new, name) for name in type(new).model_fields}  # as they are: dumped, a number is a text
    return said | made | {"content": new.content(), "created_at": tx.recorded}
