"""What can be done with points at a card: spend them, adjust them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from uuid_utils.compat import uuid7

from services.loyalty.cards import queries as cards
from services.loyalty.cards.tables import Card
from services.loyalty.points import queries
from services.loyalty.points.accounts import Accounts, hold, opened
from services.loyalty.points.domain import Entry, NotEnoughPointsError, cause
from services.loyalty.points.models import MovementView, NewAdjustment, NewRedemption
from services.loyalty.points.posting import Step, movement, post_entries
from services.loyalty.points.tables import Lot, Movement
from services.loyalty.programme.domain import Programme
from services.loyalty.programme.queries import Programmes
from shared.outbox import Transaction
from shared.web.auth import Principal
from shared.web.entities import add_once, locked
from shared.web.problems import CONFLICT, INVALID, NOT_ENOUGH_POINTS, WRONG_STATE, Problem
from shared.web.work import Existing


async def redeem(tx: Transaction, card_id: str, new: NewRedemption, caller: Principal) -> Existing[MovementView]:
    """Spend points of the card's customer, the oldest-expiring first; the same redemption again does nothing.

    Raises 404, 409 for a card that was blocked then, for more points than there were at that moment and are now (what
    is lost by age since is no more, whether or not the clock has looked), and for an id with other content; 403 for a
    token bound to other stores, 422 where there are several currencies.
    """
    caller.demand_store(new.store_id)
    table = await _at(tx, card_id)
    content = new.content(f"redemptions {card_id}")
    if known := await _known(tx, new.id, content):
        return known
    at = new.occurred_at or tx.recorded
    if table.card.blocked_at is not None and at >= table.card.blocked_at:
        raise Problem(WRONG_STATE, "the card is blocked: no points are spent with it")
    row = movement(
        tx,
        id=new.id or str(uuid7()),
        customer_id=table.card.customer_id,
        card_id=card_id,
        store_id=new.store_id,
        kind="spent",
        currency=new.currency or await _only_currency(tx, table),
        occurred_at=at,
        about_id=new.purchase_id,
        content=content,
    )
    then = await queries.available_then(tx.session, table.family, at)
    try:
        entries = table.accounts.purse(row.customer_id, row.currency).spend(new.points, at, then, tx.recorded)
    except NotEnoughPointsError as error:
        raise Problem(NOT_ENOUGH_POINTS, str(error)) from None
    return await _write(tx, row, entries, Programmes(tx.session))


async def adjust(tx: Transaction, card_id: str, new: NewAdjustment) -> Existing[MovementView]:
    """Give points, at once available, or take them back: what can't be taken is owed. Told again it does nothing.

    Raises 404, 409 where no programme was in force then, and for an id with other content.
    """
    table = await _at(tx, card_id)
    content = new.content(f"adjustments {card_id}")
    if known := await _known(tx, new.id, content):
        return known
    at, programmes = new.occurred_at or tx.recorded, Programmes(tx.session)
    programme = await programmes.in_force(new.currency, at)
    if programme is None:
        raise Problem(WRONG_STATE, f"no programme of {new.currency} was in force then")
    row = movement(
        tx,
        id=new.id or str(uuid7()),
        customer_id=table.card.customer_id,
        card_id=card_id,
        kind="adjusted",
        currency=new.currency,
        occurred_at=at,
        reason="adjustment",
        reason_text=new.reason_text,
        by=new.by,
        content=content,
    )
    purse = table.accounts.purse(row.customer_id, row.currency)
    if new.points < 0:
        return await _write(tx, row, purse.take_back(-new.points, at, row.customer_id), programmes)
    lot = given_lot(row, cause("adjustment", row.id), programme, new.expires_at)
    if lot.expires_at is not None and lot.expires_at <= at:
        raise _invalid("/expires_at", "the points would be lost before they are given")
    tx.session.add(lot)
    return await _write(tx, row, purse.give(lot, new.points), programmes)


def given_lot(row: Movement, lot_id: str, programme: Programme, expires_at: datetime | None = None) -> Lot:
    """An empty lot for what the movement gives, at once available."""
    at, days = row.occurred_at, programme.expiry_days
    return Lot(
        id=lot_id,
        customer_id=row.customer_id,
        card_id=row.card_id,
        currency=row.currency,
        earned_at=at,
        available_at=at,
        expires_at=expires_at or (None if days is None else at + timedelta(days=days)),
        matured_at=at,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A card, its customer's ids, and what they have, held until the transaction ends."""

    card: Card
    family: set[str]
    accounts: Accounts


async def _at(tx: Transaction, card_id: str) -> _Table:
    customer = (await cards.one(tx.session, card_id)).customer_id
    await tx.admit(customer)
    card = await locked(tx, Card, card_id, "card")
    held = await hold(tx.session, [customer])
    return _Table(card, held[customer], await opened(tx.session, held))


async def _known(tx: Transaction, movement_id: str | None, content: bytes) -> Existing[MovementView] | None:
    row = None if movement_id is None else await tx.session.get(Movement, movement_id)
    if row is None:
        return None
    if row.content != content:
        raise Problem(CONFLICT, f"{row.id} is a movement with other content")
    return Existing((await queries.shown(tx.session, [row]))[0], existed=True)


async def _only_currency(tx: Transaction, table: _Table) -> str:
    found = await queries.currencies(tx.session, table.family)
    if len(found) > 1:
        raise _invalid("/currency", f"there are points of several currencies: {', '.join(found)}")
    if not found:
        raise Problem(NOT_ENOUGH_POINTS, "only 0 points can be spent")
    return found[0]


async def _write(
    tx: Transaction, row: Movement, entries: list[Entry], programmes: Programmes
) -> Existing[MovementView]:
    await add_once(tx, row, "a movement")  # told with another card at the same moment, it is refused
    await post_entries(tx, [Step(row, entries)], programmes)
    return Existing((await queries.shown(tx.session, [row]))[0], existed=False)


def _invalid(pointer: str, detail: str) -> Problem:
    return Problem(INVALID, detail, errors=[{"pointer": pointer, "detail": detail}])
