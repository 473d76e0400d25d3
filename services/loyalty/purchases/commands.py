"""What can be done with purchases: record one. Imports of many are in `intake`, returns in `returns`."""

from typing import NoReturn

from services.loyalty.cards.queries import holders
from services.loyalty.purchases import queries
from services.loyalty.purchases.bill import LINE_COLUMNS, Bill
from services.loyalty.purchases.models import LineView, NewPurchase, PurchaseView
from services.loyalty.purchases.storing import store_one
from services.loyalty.purchases.tables import Purchase
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.problems import CONFLICT, INVALID, Kind, Problem
from shared.web.work import Existing


async def record(tx: Transaction, new: NewPurchase, caller: Principal) -> Existing[PurchaseView]:
    """Record a purchase; the same id with the same content does nothing.

    Raises 409 for an id with other content, and for a receipt that is known under another id; 422 for a card
    that is unknown or blocked where no customer is told, or somebody else's; 410 for a customer who was erased.
    """
    caller.demand_store(new.store_id)
    bill = Bill.of(new, await holders(tx.session, [new.card_id]))
    if bill.told.customer_id is not None:
        await tx.admit(bill.told.customer_id)
    if bill.refused is None and await store_one(tx, bill):
        return Existing(_view(tx, bill), existed=False)
    known = None if new.id is None else await tx.session.get(Purchase, new.id)
    if known is None and bill.refused is not None:
        _refuse(INVALID, "/card_id", bill.refused)
    if known is None:
        _refuse(CONFLICT, "/receipt_number", "this receipt is a known purchase")
    if known.content != bill.content:
        _refuse(CONFLICT, "/id", f"{bill.id} is a purchase with other content")
    return Existing((await queries.shown(tx.session, [known]))[0], existed=True)


def _refuse(kind: Kind, pointer: str, detail: str) -> NoReturn:
    raise Problem(kind, detail, errors=[{"pointer": pointer, "detail": detail}])


def _view(tx: Transaction, bill: Bill) -> PurchaseView:
    told = {name: getattr(bill.told, name) for name in PurchaseView.model_fields if hasattr(bill.told, name)}
    lines = [LineView.model_validate(dict(zip(LINE_COLUMNS, line, strict=True))) for line in bill.lines]
    made = {"id": bill.id, "occurred_at": bill.occurred_at, "lines": lines, "created_at": tx.recorded, "version": 1}
    made |= {"corrects": None, "corrected_to": None}
    return PurchaseView.model_validate(told | made)
