"""What referrals make of purchases."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

from services.loyalty.referrals import queries
from services.loyalty.referrals.domain import Bought
from services.loyalty.referrals.purchases import bought, keep, kept, looking_at, waiting_for
from services.loyalty.referrals.steps import settle
from services.loyalty.referrals.tables import ReferralPurchase
from shared.aliases import families
from shared.erased import Erased
from shared.events import Event
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine, PurchaseReturned
from shared.handling import Handle
from shared.outbox import Transaction


def qualifying(erased: Erased) -> Handle:
    """The handler of `purchase.completed`: a friend's first one qualifies the referral."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        by_friend = await _by_friend(tx, await _theirs(tx, erased, events))
        await queries.beside(tx.session)
        rows = await waiting_for(tx.session, by_friend)
        since = {
            row.id: [each for each in by_friend[row.friend_id or ""] if each.at >= row.occurred_at] for row in rows
        }
        await keep(tx.session, [(row, each) for row in rows for each in since[row.id]])
        concerned = [row for row in rows if since[row.id]]
        theirs = await kept(tx.session, concerned) if concerned else {}
        for row in concerned:
            await settle(tx, row, map(bought, theirs[row.id]))

    return handle


def disqualifying(erased: Erased) -> Handle:
    """The handler of `purchase.returned` and `.corrected`: a purchase that is none qualifies nothing."""

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        told: dict[str, list[Event]] = defaultdict(list)
        for event in await _theirs(tx, erased, events):
            told[_purchase(event)].append(event)
        await queries.beside(tx.session)
        rows = await looking_at(tx.session, told)
        theirs = await kept(tx.session, rows) if rows else {}
        for row in rows:
            for purchase in theirs[row.id]:
                for event in told.get(purchase.purchase_id, ()):
                    _change(purchase, event)
            await settle(tx, row, map(bought, theirs[row.id]))

    return handle


async def _theirs(tx: Transaction, erased: Erased, events: Sequence[Event]) -> list[Event]:
    """Those of customers who are not erased, and are kept from being so."""
    named = [event for event in events if ":" not in event.partitionkey]
    gone = await erased.admit(tx.session, {event.partitionkey for event in named})
    return [event for event in named if event.partitionkey not in gone]


async def _by_friend(tx: Transaction, events: Sequence[Event]) -> Mapping[str, list[Bought]]:
    """What was bought, by every id under which who bought it is known."""
    known = await families(tx.session, {event.partitionkey for event in events})
    found: dict[str, list[Bought]] = defaultdict(list)
    for event in events:
        for name in known[event.partitionkey]:
            found[name].append(_bought(event))
    return found


def _bought(event: Event) -> Bought:
    lines = cast("PurchaseCompleted", event.data).lines
    return Bought(event.subject, event.time, lines[0].paid_amount.currency, _goods(lines), ())


def _goods(lines: Sequence[PurchasedLine]) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if line.quantity]


def _purchase(event: Event) -> str:
    return event.data.purchase_id if isinstance(event.data, PurchaseReturned) else event.subject


def _change(row: ReferralPurchase, event: Event) -> None:
    if isinstance(event.data, PurchaseReturned):
        row.back = sorted({*row.back, *(line.line for line in event.data.lines if line.whole)})
    else:
        row.goods = _goods(cast("PurchaseCorrected", event.data).lines)
