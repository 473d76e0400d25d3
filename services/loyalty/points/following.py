"""What the ledger makes of purchases: handlers of what this service itself told."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, cast

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.loyalty.cards.domain import Issued
from services.loyalty.cards.queries import issued
from services.loyalty.points import queries
from services.loyalty.points.accounts import Accounts, hold, opened
from services.loyalty.points.domain import cause, earned, lost, pending, rate
from services.loyalty.points.posting import Step, movement, post
from services.loyalty.points.tables import Lot, LotReturn
from services.loyalty.programme.queries import Programmes
from services.loyalty.tiers.queries import Tiers, tiers_of
from shared.erased import Erased
from shared.events import Event
from shared.events.loyalty import PointsReason
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine, PurchaseReturned, ReturnedLine
from shared.handling import Handle
from shared.outbox import Transaction


def earning(erased: Erased) -> Handle:
    """The handler of `purchase.completed`: whoever held a card then earns points, at the tier that they were of then.

    A card that was blocked counts. Points are pending until the purchase can't come back any more. A card or a
    programme that is told later earns nothing for what was bought before it was told.
    """

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        named = {event.partitionkey for event in events if ":" not in event.partitionkey}
        held = await issued(tx.session, named)
        earners = [event for event in events if _cards(held, event)]
        gone = await erased.admit(tx.session, {event.partitionkey for event in earners})
        await _earn(tx, [event for event in earners if event.partitionkey not in gone], held)

    return handle


def reversing(erased: Erased) -> Handle:
    """The handler of `purchase.returned`: what came back takes its points with it, as they were earned."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        purchases = {event.id: cast("PurchaseReturned", event.data).purchase_id for event in events}
        accounts = await _accounts(tx, erased, purchases.values())
        found = [(event, accounts.lots.get(cause("purchase", purchases[event.id]))) for event in events]
        ours = [(event, lot) for event, lot in found if lot is not None and _is_theirs(event, lot, accounts)]
        fresh = await _unknown(tx, {(lot.id, event.subject) for event, lot in ours})
        steps = []
        for event, lot in ours:
            if (lot.id, event.subject) in fresh:
                fresh.remove((lot.id, event.subject))
                lot.returned += _paid(cast("PurchaseReturned", event.data).lines)
                steps.append(_settled(tx, accounts, lot, event, "return"))
        await post(tx, steps, Programmes(tx.session))

    return handle


def correcting(erased: Erased) -> Handle:
    """The handler of `purchase.corrected`: the points are those of the corrected lines, at the rate of the purchase."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        accounts = await _accounts(tx, erased, [event.subject for event in events])
        steps = []
        for event in events:
            lot = accounts.lots.get(cause("purchase", event.subject))
            if lot is not None and _is_theirs(event, lot, accounts) and _is_later(event, lot):
                lot.corrected_at, lot.corrected_by = event.time, event.id
                lot.gross = _paid(cast("PurchaseCorrected", event.data).lines)
                steps.append(_settled(tx, accounts, lot, event, "correction"))
        await post(tx, steps, Programmes(tx.session))

    return handle


async def _earn(tx: Transaction, events: Sequence[Event], held: dict[str, list[Issued]]) -> None:
    if not events:
        return
    await hold(tx.session, {event.partitionkey for event in events})
    told = {cause("purchase", event.subject): event for event in reversed(events)}
    known = {lot.id for lot in await queries.lots(tx.session, told)}
    rules = _Rules(Programmes(tx.session), await tiers_of(tx.session, {event.partitionkey for event in events}))
    steps = []
    for lot_id, event in told.items():
        lot = None if lot_id in known else await _lot(rules, lot_id, event, _cards(held, event))
        if lot is not None:
            tx.session.add(lot)
            row = movement(tx, id=lot_id, kind="earned", occurred_at=event.time, **_about(lot, event, "purchase"))
            steps.append(Step(row, pending(lot, lot.points)))
    await post(tx, steps, rules.programmes)


class _Rules(NamedTuple):
    """What the points of a purchase are made by."""

    programmes: Programmes
    tiers: Tiers


async def _lot(rules: _Rules, lot_id: str, event: Event, cards: Sequence[Issued]) -> Lot | None:
    """The lot of a purchase, without points where it is too small: a correction may add some."""
    lines, at = cast("PurchaseCompleted", event.data).lines, event.time
    currency, paid = lines[0].paid_amount.currency, _paid(lines)
    programme = await rules.programmes.in_force(currency, at)
    if programme is None:
        return None
    each = rate(programme, rules.tiers.at(event.partitionkey, currency, at))
    available, days, points = at + timedelta(days=programme.pending_days), programme.expiry_days, earned(paid, each)
    return Lot(
        id=lot_id,
        customer_id=event.partitionkey,
        card_id=_card(cards, event),
        currency=currency,
        earned_at=at,
        available_at=available,
        expires_at=None if days is None else available + timedelta(days=days),
        points=points,
        remaining=points,
        rate=each,
        gross=paid,
    )


def _settled(tx: Transaction, accounts: Accounts, lot: Lot, event: Event, reason: PointsReason) -> Step:
    """What is left of a purchase has its points: those that are missing are earned, those beyond are taken back."""
    purse = accounts.purse(lot.customer_id, lot.currency)
    gap = earned((lot.gross or Decimal(0)) - lot.returned, lot.rate or Decimal(0)) - lot.points
    about = _about(lot, event, reason) | {"occurred_at": event.time}
    if gap < 0:
        lot.points += gap
        row = movement(tx, id=cause(reason, event.id), kind="reversed", **about)
        return Step(row, purse.take_back(-gap, event.time, lot.customer_id, lot))
    row = movement(tx, id=cause(reason, event.id), kind="earned", **about)
    over = lost(lot, max(event.time, tx.recorded))
    return Step(row, [] if over else purse.give(lot, gap))


async def _accounts(tx: Transaction, erased: Erased, purchases: Collection[str]) -> Accounts:
    """What those have who earned points by these purchases, held; without those of who was erased."""
    lots = await queries.lots(tx.session, {cause("purchase", purchase) for purchase in purchases})
    gone = await erased.admit(tx.session, {lot.customer_id for lot in lots})
    theirs = {lot.id: lot.customer_id for lot in lots if lot.customer_id not in gone}
    if not theirs:
        return Accounts({}, [], [])
    held = await hold(tx.session, set(theirs.values()))
    return await opened(tx.session, held, theirs)


def _is_theirs(event: Event, lot: Lot, accounts: Accounts) -> bool:
    """Whether the customer speaks of a purchase of theirs; of a bill that became nobody's its store does."""
    return ":" in event.partitionkey or event.partitionkey in accounts.families[lot.customer_id]


async def _unknown(tx: Transaction, returns: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which of these returns, each beside its lot, nobody told before; they are known from now on."""
    if not returns:
        return set()
    rows = [{"lot_id": lot_id, "id": return_id} for lot_id, return_id in sorted(returns)]
    statement = insert(LotReturn).values(rows).on_conflict_do_nothing()
    told = await tx.session.execute(statement.returning(col(LotReturn.lot_id), col(LotReturn.id)))
    return {(row.lot_id, row.id) for row in told}


def _is_later(event: Event, lot: Lot) -> bool:
    return lot.corrected_at is None or (event.time, event.id) > (lot.corrected_at, lot.corrected_by)


def _cards(held: dict[str, list[Issued]], event: Event) -> list[Issued]:
    return [card for card in held.get(event.partitionkey, ()) if card.issued_at <= event.time]


def _card(cards: Sequence[Issued], event: Event) -> str | None:
    """The card that was shown, or their oldest; none that was issued under another id, which may be erased alone."""
    own = [card.card_id for card in cards if card.customer_id == event.partitionkey]
    told = cast("PurchaseCompleted", event.data).card_id
    return told if told in own else next(iter(own), None)


def _about(lot: Lot, event: Event, reason: PointsReason) -> dict[str, str | None]:
    return {
        "customer_id": lot.customer_id,
        "card_id": lot.card_id,
        "store_id": event.storeid,
        "currency": lot.currency,
        "reason": reason,
        "about_id": event.subject,
    }


def _paid(lines: Sequence[PurchasedLine] | Sequence[ReturnedLine]) -> Decimal:
    return sum((line.paid_amount.amount for line in lines), Decimal(0))
