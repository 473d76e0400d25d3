"""What can be done with a bill that was wrong: set its lines right, or give it to whose it was."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import col
from uuid_utils.compat import uuid7

from services.loyalty.purchases import queries
from services.loyalty.purchases.correction_lines import carry_over, demand_room, event_line, rows
from services.loyalty.purchases.correction_models import NewCorrection
from services.loyalty.purchases.giving import bill_of, demand_others, store_given
from services.loyalty.purchases.models import LineView, NewLine
from services.loyalty.purchases.return_lines import goods, refuse
from services.loyalty.purchases.tables import Correction, LineDelivery, Purchase, PurchaseLine
from shared.events.purchases import PurchaseCorrected, PurchasedLine
from shared.history import Subject, note
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, locked
from shared.web.preconditions import demand_match
from shared.web.problems import INVALID, WRONG_STATE
from shared.web.work import Existing


@dataclass(frozen=True, slots=True)
class Target:
    """The bill that a caller means, in the version they read (`If-Match`)."""

    purchase_id: str
    if_match: str | None
    caller: Principal


async def correct(tx: Transaction, target: Target, told: NewCorrection) -> Existing[Correction]:
    """Correct a bill; the same id with the same content does nothing.

    Raises 404 (another store's too), 412 and 428 for the purchase; 410 for a customer who was erased; 409 for an id
    with other content, for a correction before the last one, for less of a line than came back already, and for
    another customer where something came back or the bill is theirs; 422 for what is before the purchase or too fine.
    """
    found = await queries.demand(tx.session, target.purchase_id, target.caller)
    for customer in sorted({name for name in (found.customer_id, told.customer_id) if name is not None}):
        await tx.admit(customer)  # before the row is locked, as an erasure does
    purchase = await locked(tx, Purchase, target.purchase_id, "purchase")
    made = await add_once(tx, _new(tx, purchase, told), "a correction")
    if made.existed:
        return made
    demand_match(target.if_match, purchase.version)
    await _check_state(tx, purchase, made.entity)
    if told.lines is not None:
        await _set_right(tx, purchase, made.entity, told.lines)
    if told.customer_id is not None:
        await _give_away(tx, purchase, made.entity, told.customer_id)
    return made


def _new(tx: Transaction, purchase: Purchase, told: NewCorrection) -> Correction:
    return Correction(
        id=told.id or str(uuid7()),
        purchase_id=purchase.id,
        occurred_at=told.occurred_at or tx.recorded,
        reason=told.reason,
        content=told.content(purchase.id),
        created_at=tx.recorded,
    )


async def _check_state(tx: Transaction, purchase: Purchase, correction: Correction) -> None:
    queries.demand_theirs(purchase)
    if correction.occurred_at < purchase.occurred_at:
        refuse(INVALID, "/occurred_at", "the purchase was later")
    last = await _last(tx, correction)
    if last is not None and correction.occurred_at < last:
        refuse(WRONG_STATE, "/occurred_at", f"the bill was corrected later already, at {last.isoformat()}")


async def _last(tx: Transaction, correction: Correction) -> datetime | None:
    query = select(func.max(col(Correction.occurred_at))).where(
        col(Correction.purchase_id) == correction.purchase_id, col(Correction.id) != correction.id
    )
    return await tx.session.scalar(query)


async def _set_right(tx: Transaction, purchase: Purchase, correction: Correction, told: list[NewLine]) -> None:
    before = await goods(tx.session, purchase.id, purchase.currency)
    after = rows(purchase.id, told, purchase.currency)
    demand_room(before, after)
    same = carry_over(before, after)
    lines = [before.lines[number] for number in sorted(before.lines)]
    await _put_lines(tx, purchase, after, same)
    change = {"lines": _shown(lines)}, {"lines": _shown(after)}
    await _tell(tx, purchase, correction, change, tuple(event_line(line, purchase.currency) for line in after))


async def _give_away(tx: Transaction, purchase: Purchase, correction: Correction, customer_id: str) -> None:
    before = await goods(tx.session, purchase.id, purchase.currency)
    if before.came_back():
        refuse(WRONG_STATE, "/customer_id", "something of it came back, from the customer whom it was told of")
    await demand_others(tx, purchase, customer_id)
    lines = [before.lines[number] for number in sorted(before.lines)]
    bill = await bill_of(tx, purchase, lines, customer_id)
    purchase.corrected_to = correction.corrected_to = bill.id
    await _put_lines(tx, purchase, [], same=())
    change = {"corrected_to": None, "lines": _shown(lines)}, {"corrected_to": bill.id, "lines": []}
    await _tell(tx, purchase, correction, change, ())
    await store_given(tx, bill, purchase, correction)


async def _put_lines(tx: Transaction, purchase: Purchase, lines: list[PurchaseLine], same: Collection[int]) -> None:
    await tx.session.execute(delete(PurchaseLine).where(col(PurchaseLine.purchase_id) == purchase.id))
    arrived = delete(LineDelivery).where(col(LineDelivery.purchase_id) == purchase.id)
    await tx.session.execute(arrived.where(col(LineDelivery.line).not_in(same)))  # of what was never on the bill
    tx.session.add_all(lines)
    purchase.version += 1
    await tx.session.flush()


async def _tell(
    tx: Transaction,
    purchase: Purchase,
    correction: Correction,
    change: tuple[dict[str, Any], dict[str, Any]],
    lines: tuple[PurchasedLine, ...],
) -> None:
    before, after = change
    at, subject = correction.occurred_at, Subject("purchase", purchase.id, purchase.version)
    await note(tx, subject, "correct", before=before, after=after | {"reason": correction.reason}, at=at)
    payload = PurchaseCorrected(purchased_at=purchase.occurred_at, reason=correction.reason, lines=lines)
    await tx.record(payload, key=purchase.key, subject=purchase.id, time=at, store=purchase.store_id)


def _shown(lines: list[PurchaseLine]) -> list[dict[str, Any]]:
    return [LineView.model_validate(line).model_dump(mode="json") for line in lines]
