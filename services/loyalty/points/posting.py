"""Writing steps of the ledger, with the events that tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from services.loyalty.points.domain import PROGRAMMES, Entry, known_id, moved, worth
from services.loyalty.points.tables import Movement, MovementEntry
from services.loyalty.programme.queries import Programmes
from shared.events import Event, Payload
from shared.events.loyalty import PointsEarned, PointsExpired, PointsReversed, PointsSpent
from shared.outbox import Transaction, record
from shared.web.amounts import money

TOLD: dict[str, type[PointsEarned | PointsSpent | PointsExpired | PointsReversed]] = {
    "spent": PointsSpent,
    "expired": PointsExpired,
}
"""By kind of movement, what tells it; of all others whether points were gained decides."""


@dataclass(frozen=True, slots=True)
class Step:
    """A movement and its entries. One without entries is none."""

    movement: Movement
    entries: Sequence[Entry]


def movement(tx: Transaction, **told: Any) -> Movement:
    """A movement that this transaction makes; by whom and when it was recorded is known."""
    return Movement(recorded_at=tx.recorded, **{"by": tx.actor} | told)


async def post(tx: Transaction, steps: Sequence[Step], programmes: Programmes) -> None:
    """Write steps whose accounts are held, and tell them."""
    real = [step for step in steps if step.entries]
    if not real:
        return
    await tx.session.execute(insert(Movement), [step.movement.model_dump() for step in real])
    await post_entries(tx, real, programmes)


async def post_entries(tx: Transaction, steps: Sequence[Step], programmes: Programmes) -> None:
    """The same for movements that are written already."""
    rows = [
        {"movement_id": step.movement.id, "number": number} | entry._asdict()
        for step in steps
        for number, entry in enumerate(step.entries, 1)
    ]
    await tx.session.execute(insert(MovementEntry), rows)
    events = [
        await _event(tx, step, programmes) for step in steps if any(e.account in PROGRAMMES for e in step.entries)
    ]
    await record(tx.session, events)


async def _event(tx: Transaction, step: Step, programmes: Programmes) -> Event:
    row = step.movement
    return tx.event(
        await _payload(step, programmes),
        key=row.customer_id,
        subject=row.id,
        time=row.occurred_at,
        store=row.store_id,
    )


async def _payload(step: Step, programmes: Programmes) -> Payload:
    row, gained = step.movement, moved(step.entries)
    kind = TOLD.get(row.kind, PointsEarned if gained > 0 else PointsReversed)
    programme = await programmes.in_force(row.currency, row.occurred_at)
    value = None if programme is None else worth(abs(gained), programme)
    return kind(
        card_id=known_id(row.card_id),
        points=abs(gained),
        value=money(value, row.currency),
        reason=row.reason,
        about_id=known_id(row.about_id),
    )
