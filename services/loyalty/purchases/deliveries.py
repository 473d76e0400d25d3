"""What can be done with what was ordered: note that it arrived."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import col

from services.loyalty.purchases import queries
from services.loyalty.purchases.delivery_models import Delivered, NewDeliveries
from services.loyalty.purchases.models import PurchaseView
from services.loyalty.purchases.return_lines import refuse
from services.loyalty.purchases.tables import LineDelivery, Purchase, PurchaseLine
from shared.events.purchases import PurchaseLineDelivered
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import locked
from shared.web.preconditions import check_match
from shared.web.problems import CONFLICT, INVALID


async def deliver(
    tx: Transaction, purchase_id: str, told: NewDeliveries, if_match: str | None, caller: Principal
) -> PurchaseView:
    """Note that lines arrived; one that is told again in the same words does nothing.

    Raises 404 (another store's too), 410 for a customer who was erased, 409 for a line that was there in full at
    another time and for a bill that was another customer's, 412 where `If-Match` is sent and stale, 422 for an
    unknown line and a time before the order.
    """
    found = await queries.demand(tx.session, purchase_id, caller)
    if found.customer_id is not None:
        await tx.admit(found.customer_id)  # before the row is locked, as an erasure does
    purchase = await locked(tx, Purchase, purchase_id, "purchase")
    check_match(if_match, purchase.version)  # a warehouse tells what arrived without having read the bill
    queries.demand_theirs(purchase)
    lines, known = await _lines(tx, purchase), await _known(tx, purchase)
    fresh = [each for number, each in enumerate(told.lines) if _is_new(purchase, lines, known, each, number)]
    purchase.version += bool(fresh)
    for each in fresh:
        await _note(tx, purchase, lines[each.line], each)
    await tx.session.flush()
    return (await queries.shown(tx.session, [purchase]))[0]


async def _lines(tx: Transaction, purchase: Purchase) -> dict[int, PurchaseLine]:
    query = select(PurchaseLine).where(col(PurchaseLine.purchase_id) == purchase.id)
    return {line.line: line for line in (await tx.session.execute(query)).scalars()}


async def _known(tx: Transaction, purchase: Purchase) -> list[LineDelivery]:
    query = select(LineDelivery).where(col(LineDelivery.purchase_id) == purchase.id)
    return list((await tx.session.execute(query)).scalars())


def _is_new(
    purchase: Purchase, lines: dict[int, PurchaseLine], known: Iterable[LineDelivery], told: Delivered, number: int
) -> bool:
    pointer, line = f"/lines/{number}", lines.get(told.line)
    if line is None:
        refuse(INVALID, f"{pointer}/line", "the purchase has no such line")
    if purchase.ordered_at is not None and told.delivered_at < purchase.ordered_at:
        refuse(INVALID, f"{pointer}/delivered_at", "before it was ordered")
    before = {each.delivered_at: each.in_full for each in known if each.line == told.line}
    if line.delivered_at is not None:
        before.setdefault(line.delivered_at, True)  # told with the bill
    if before.get(told.delivered_at) == told.in_full:
        return False
    if told.delivered_at in before:
        refuse(CONFLICT, f"{pointer}/in_full", "something else was told of it at that moment")
    if full := [at for at, in_full in before.items() if in_full]:
        refuse(CONFLICT, f"{pointer}/delivered_at", f"it was there in full at {full[0].isoformat()}")
    return True


async def _note(tx: Transaction, purchase: Purchase, line: PurchaseLine, told: Delivered) -> None:
    at = told.delivered_at
    delivery = told.model_dump() | {"purchase_id": purchase.id, "created_at": tx.recorded}
    tx.session.add(LineDelivery(**delivery))
    if told.in_full:
        line.delivered_at = at
    part = Subject("purchase", purchase.id, purchase.version, f"lines/{line.line}")
    after = {"delivered_at": at, "in_full": told.in_full}
    await note(tx, part, "deliver", before=None, after=after, at=at)
    payload = PurchaseLineDelivered(line=line.line, due_at=line.due_at, in_full=told.in_full)
    await tx.record(payload, key=purchase.key, subject=purchase.id, time=at, store=purchase.store_id)
