"""Points for something else than a purchase: a seam for other subjects."""

from datetime import datetime
from typing import NamedTuple

from services.loyalty.cards.queries import issued
from services.loyalty.points.accounts import hold, opened
from services.loyalty.points.commands import given_lot
from services.loyalty.points.posting import Step, movement, post
from services.loyalty.points.tables import Movement
from services.loyalty.programme.queries import Programmes
from shared.events.loyalty import PointsReason
from shared.outbox import Transaction


class Award(NamedTuple):
    """Points that a customer gets, of the programme of `currency`.

    `id`: of the movement, told twice it counts once; `about_id`: what it is for.
    """

    id: str
    customer_id: str
    currency: str
    points: int
    at: datetime
    reason: PointsReason
    about_id: str | None = None


async def award(tx: Transaction, told: Award) -> None:
    """Give points at once available; the same id again does nothing. Nothing is given where no programme is in force.

    The customer must have been kept from being erased.
    """
    programmes = Programmes(tx.session)
    programme = await programmes.in_force(told.currency, told.at)
    if programme is None or told.points <= 0:
        return
    held = await hold(tx.session, [told.customer_id])
    if await tx.session.get(Movement, told.id) is not None:
        return
    row = await _movement(tx, told)
    lot = given_lot(row, told.id, programme)
    tx.session.add(lot)
    purse = (await opened(tx.session, held)).purse(told.customer_id, told.currency)
    await post(tx, [Step(row, purse.give(lot, told.points))], programmes)


async def _movement(tx: Transaction, told: Award) -> Movement:
    cards = (await issued(tx.session, [told.customer_id])).get(told.customer_id, ())
    own = [card.card_id for card in cards if card.customer_id == told.customer_id]
    return movement(
        tx,
        id=told.id,
        customer_id=told.customer_id,
        card_id=next(iter(own), None),
        kind="earned",
        currency=told.currency,
        occurred_at=told.at,
        reason=told.reason,
        about_id=told.about_id,
    )
