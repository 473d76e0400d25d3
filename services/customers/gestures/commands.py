"""What can be done with gestures: make one."""

from typing import cast

from uuid_utils.compat import uuid7

from services.customers.gestures.models import NewGesture
from services.customers.gestures.tables import Gesture
from services.customers.profiles.present import present
from shared.events.visits import GestureKind, GestureMade
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.amounts import money
from shared.web.auth import Principal
from shared.web.entities import add_once
from shared.web.work import Existing


async def make(tx: Transaction, customer_id: str, new: NewGesture, caller: Principal) -> Existing[Gesture]:
    """Note a gesture; the same id with the same content does nothing.

    Raises 403 for a store that the caller is not bound to, 404 and 410 for the customer, 409 for an id that is in use
    with other content.
    """
    if new.store_id is not None:
        caller.demand_store(new.store_id)
    await present(tx, customer_id)
    made = await add_once(tx, _new(tx, customer_id, new), "a gesture")
    if not made.existed:
        await _tell(tx, made.entity)
    return made


def _new(tx: Transaction, customer_id: str, new: NewGesture) -> Gesture:
    told = dict(new) | {"id": new.id or str(uuid7()), "occurred_at": new.occurred_at or tx.recorded}
    return Gesture(**told, customer_id=customer_id, content=new.content(customer_id), created_at=tx.recorded)


async def _tell(tx: Transaction, row: Gesture) -> None:
    said = row.model_dump(exclude={"id", "customer_id", "content", "created_at", "version"})
    await note(tx, Subject("gesture", row.id, row.version), "make", before=None, after=said, at=row.occurred_at)
    made = GestureMade(kind=cast("GestureKind", row.kind), cost=money(row.cost_amount, row.currency), by=row.by)
    await tx.record(made, key=row.customer_id, subject=row.id, time=row.occurred_at, store=row.store_id)
