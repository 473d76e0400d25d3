"""What the clock demands of the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.loyalty.points.accounts import Accounts, free, opened
from services.loyalty.points.domain import cause
from services.loyalty.points.posting import Step, movement, post
from services.loyalty.points.tables import Lot
from services.loyalty.programme.queries import Programmes
from shared.outbox import Transaction

AT_ONCE = 100
"""Lots that one transaction of the clock changes."""


async def mature(tx: Transaction) -> int:
    """The duty: points whose return window is over become available; what is owed is paid of them first."""
    accounts, lots = await _claimed(tx, col(Lot.available_at), col(Lot.matured_at).is_(None))
    steps = []
    for lot in lots:
        entries = accounts.purse(lot.customer_id, lot.currency).mature(lot)
        row = movement(tx, id=cause("matured", lot.id), kind="matured", occurred_at=lot.available_at, **_of(lot))
        steps.append(Step(row, entries))
    await post(tx, steps, Programmes(tx.session))
    return len(lots)


async def expire(tx: Transaction) -> int:
    """The duty: what remains of a lot is lost by age, once it has matured: what is owed is paid of it first."""
    left = col(Lot.remaining) > 0, col(Lot.matured_at).is_not(None), col(Lot.expired_at).is_(None)
    accounts, lots = await _claimed(tx, col(Lot.expires_at), *left)
    steps = []
    for lot in lots:
        entries = accounts.purse(lot.customer_id, lot.currency).expire(lot)
        told = {"occurred_at": lot.expires_at, "reason": "age"} | _of(lot)
        steps.append(Step(movement(tx, id=cause("expired", lot.id), kind="expired", **told), entries))
    await post(tx, steps, Programmes(tx.session))
    return len(lots)


async def _claimed(
    tx: Transaction, due_at: Mapped[datetime] | Mapped[datetime | None], *is_open: ColumnElement[bool]
) -> tuple[Accounts, list[Lot]]:
    """Lots of which something is due, the longest overdue first, of customers whose points nobody else moves."""
    query = select(col(Lot.id), col(Lot.customer_id)).where(*is_open, due_at <= tx.recorded)
    found = (await tx.session.execute(query.order_by(due_at, col(Lot.id)).limit(AT_ONCE))).all()
    ours = await free(tx.session, {row.customer_id for row in found})
    ids = [row.id for row in found if row.customer_id in ours]
    accounts = await opened(tx.session, ours, ids)
    # As it stands now that they are ours: another process may have been faster.
    still = select(col(Lot.id)).where(col(Lot.id).in_(ids), *is_open).order_by(due_at, col(Lot.id))
    return accounts, [accounts.lots[lot_id] for lot_id in (await tx.session.execute(still)).scalars()]


def _of(lot: Lot) -> dict[str, Any]:
    return {"customer_id": lot.customer_id, "card_id": lot.card_id, "currency": lot.currency}
