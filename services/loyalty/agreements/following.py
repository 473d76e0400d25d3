"""What agreements make of purchases, and of their corrections."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.loyalty.agreements.domain import Agreement, Wanted, best
from services.loyalty.agreements.queries import of_families
from services.loyalty.agreements.tables import AgreementUse
from shared.erased import Erased
from shared.events import Event, Money
from shared.events.loyalty import VolumeAgreementUsed
from shared.events.purchases import PurchaseCompleted, PurchaseCorrected, PurchasedLine
from shared.handling import Handle
from shared.outbox import Transaction


def noting_uses(erased: Erased) -> Handle:
    """The handler of `purchase.completed`: notes which agreement gave a lower price for volume.

    Of a line that a till sold with a discount for volume it is the best agreement for the customer of those that held
    at the purchase's time; where none applies, nothing is noted. A purchase is looked at once: an agreement that is
    told later changes nothing about it.
    """

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        told = {event.subject: event for event in events if _for_volume(event)}
        if not told:
            return
        gone = await erased.admit(tx.session, {event.partitionkey for event in told.values()})
        theirs = await of_families(tx.session, {event.partitionkey for event in told.values()} - gone)
        concerned = {name: event for name, event in told.items() if event.partitionkey in theirs}
        known = await _known(tx.session, concerned)
        for name in sorted(concerned.keys() - known):
            await _note(tx, concerned[name], theirs[concerned[name].partitionkey])

    return handle


def correcting_uses(erased: Erased) -> Handle:
    """The handler of `purchase.corrected`: a use is of the lines in force, as if they had been told at first.

    A use that is none any more stays with nothing saved, so that the purchase told again is known. Only of purchases
    that were a use; nothing is told anew.
    """

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        told = {event.subject: event for event in sorted(events, key=lambda event: event.time)}
        known = await _known(tx.session, told)
        gone = await erased.admit(tx.session, {told[name].partitionkey for name in known})
        concerned = [told[name] for name in sorted(known) if told[name].partitionkey not in gone]
        theirs = await of_families(tx.session, {event.partitionkey for event in concerned})
        for event in concerned:
            await _correct(tx, event, theirs.get(event.partitionkey, []))

    return handle


async def _correct(tx: Transaction, event: Event, agreements: Iterable[Agreement]) -> None:
    told = cast("PurchaseCorrected", event.data)
    of = col(AgreementUse.purchase_id) == event.subject
    await tx.session.execute(update(AgreementUse).where(of).values(quantity=0, saved=0))
    rows = [use.model_dump() for use in _uses(event, told.purchased_at, told.lines, agreements)]
    if rows:
        statement = insert(AgreementUse).values(rows)
        new = {name: statement.excluded[name] for name in ("agreement_id", "currency", "quantity", "saved")}
        await tx.session.execute(statement.on_conflict_do_update(index_elements=["purchase_id", "line"], set_=new))


def _for_volume(event: Event) -> bool:
    lines = cast("PurchaseCompleted", event.data).lines
    return ":" not in event.partitionkey and any(line.discount_kind == "volume" for line in lines)


async def _known(session: AsyncSession, purchases: Mapping[str, Event]) -> set[str]:
    if not purchases:
        return set()
    query = select(col(AgreementUse.purchase_id)).where(col(AgreementUse.purchase_id).in_(purchases))
    return set((await session.execute(query)).scalars())


async def _note(tx: Transaction, event: Event, agreements: Iterable[Agreement]) -> None:
    uses = _uses(event, event.time, cast("PurchaseCompleted", event.data).lines, agreements)
    if not uses:
        return
    await tx.session.execute(insert(AgreementUse).values([use.model_dump() for use in uses]))
    saved: dict[str, Decimal] = defaultdict(Decimal)
    for use in uses:
        saved[use.agreement_id] += use.saved
    for agreement_id, amount in sorted(saved.items()):
        used = VolumeAgreementUsed(purchase_id=event.subject, saved=Money(amount=amount, currency=uses[0].currency))
        key, store = event.partitionkey, event.storeid
        await tx.record(used, key=key, subject=agreement_id, time=event.time, store=store)


def _uses(
    event: Event, at: datetime, lines: Sequence[PurchasedLine], agreements: Iterable[Agreement]
) -> list[AgreementUse]:
    """The lines bought then that were cheaper by an agreement; `saved` is what the bill says, whatever was agreed."""
    if not lines:
        return []
    currency = lines[0].list_amount.currency
    holding = [each for each in agreements if each.holds(at, currency)]
    prices = best(holding, [_wanted(line) for line in lines], currency) if holding else []
    return [
        AgreementUse(
            purchase_id=event.subject,
            line=number,
            agreement_id=price.agreement_id,
            customer_id=event.partitionkey,
            store_id=event.storeid,
            occurred_at=at,
            currency=currency,
            quantity=line.quantity,
            saved=line.list_amount.amount - line.paid_amount.amount,
        )
        for number, (line, price) in enumerate(zip(lines, prices, strict=False), 1)
        if price.agreement_id is not None and _cheaper(line)
    ]


def _cheaper(line: PurchasedLine) -> bool:
    return line.discount_kind == "volume" and line.paid_amount.amount < line.list_amount.amount


def _wanted(line: PurchasedLine) -> Wanted:
    return Wanted(line.product_id, line.category, line.quantity, line.list_amount.amount)
