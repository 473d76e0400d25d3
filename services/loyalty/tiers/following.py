"""What tiers make of purchases, and of two customers who are one."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.loyalty.tiers import facts
from services.loyalty.tiers.standing import Person, alone, bring_in_step
from shared.aliases import families
from shared.erased import Erased
from shared.events import Event
from shared.events.customers import CustomerMerged
from shared.handling import Handle
from shared.outbox import Transaction


def qualifying(erased: Erased) -> Handle:
    """The handler of `purchase.completed`, `.returned` and `.corrected`: what was spent decides the tier.

    What is in the tables counts, also what the topic has not told yet.
    """

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        latest: dict[str, datetime] = {}
        for event in events:
            if ":" not in event.partitionkey:
                latest[event.partitionkey] = max(event.time, latest.get(event.partitionkey, event.time))
        await _look(tx, erased, latest)

    return handle


def rejoining(erased: Erased, aliases: Handle) -> Handle:
    """The handler of `customer.merged` and `.unmerged`, around the one that keeps them: one person has one tier.

    Whoever was one before or is one now is looked at.
    """

    async def handle(tx: Transaction, events: Sequence[Event]) -> None:
        named = {event.subject for event in events}
        named |= {event.data.into for event in events if isinstance(event.data, CustomerMerged)}
        before = set[str]().union(*(await families(tx.session, named)).values())
        await aliases(tx, events)
        await _look(tx, erased, dict.fromkeys(before | named, max(event.time for event in events)))

    return handle


async def _look(tx: Transaction, erased: Erased, latest: dict[str, datetime]) -> None:
    currencies = await facts.currencies(tx.session)
    people = await _people(tx, erased, latest) if currencies and latest else []
    if people:
        await alone(tx.session, [person.owner for person in people])
        for currency in currencies:
            await bring_in_step(tx, people, currency)


async def _people(tx: Transaction, erased: Erased, latest: dict[str, datetime]) -> list[Person]:
    """Those who have a card or a tier, under whichever id, each once."""
    gone = await erased.admit(tx.session, latest.keys())
    known = await families(tx.session, latest.keys() - gone)
    concerned = await facts.concerned(tx.session, set[str]().union(*known.values()))
    groups = {frozenset(ids) for ids in known.values() if ids & concerned}
    return [Person(ids, _latest(ids, latest)) for ids in sorted(groups, key=min)]


def _latest(ids: Collection[str], latest: dict[str, datetime]) -> datetime:
    return max(latest[name] for name in ids if name in latest)
