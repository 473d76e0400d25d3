"""Evidence of a cause of defection around the customer: what they used ended, theirs declines, others leave."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.activity import active, main_store
from services.scoring.metrics.around import Market
from services.scoring.metrics.causes import Cause, Piece
from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.surroundings import Surroundings, midnight
from services.scoring.metrics.timeline import between
from shared.events.reference import ChannelRetired, SectorDeclined, StoreClosed
from shared.events.visits import TouchpointRecorded


def outside(history: History, start: datetime, reference: Reference, rules: Rules) -> Iterator[Piece]:
    """What touches this customer since `start`: direct events, at midnight UTC of their day, and what others do.

    A channel must have been used, a store bought at most, in the time before.
    """
    around, before, points = reference.surroundings, start - rules.patterns.before, rules.causes.direct
    yield from _declines(history, start, around, points)
    channels = _ended(around.channels, start, history.as_of)
    for channel in sorted(_channels(history, before) & channels.keys()) if channels else ():
        yield Piece(channels[channel], ChannelRetired.TYPE, channel, Cause.TECHNOLOGICAL, points)
    stores = _ended(around.stores, start, history.as_of)
    store = main_store(history, before, history.as_of) if stores else None
    if store in stores:
        yield Piece(stores[store], StoreClosed.TYPE, store, Cause.ORGANIZATIONAL, points)
    yield from _others(history, reference, rules)


def _declines(history: History, start: datetime, around: Surroundings, points: int) -> Iterator[Piece]:
    """Declines of the customer's own sector, everywhere or in their region; an industry's own doing apart."""
    if not around.sectors or not history.profiles:
        return
    profile = history.profiles[-1].data
    for decline in around.sectors.get(profile.get("sector", ""), ()):
        if decline.touches(start, history.as_of, profile.get("region")):
            cause = Cause.MARKET if decline.cause == "decline" else Cause.ORGANIZATIONAL
            yield Piece(midnight(decline.since), SectorDeclined.TYPE, profile["sector"], cause, points)


def _ended(ends: Mapping[str, date], start: datetime, as_of: datetime) -> dict[str, datetime]:
    """When each of these ended, of those that did in [start, as_of)."""
    first, last = start.date(), as_of.date()
    times = {name: midnight(day) for name, day in ends.items() if first <= day <= last}
    return {name: time for name, time in times.items() if start <= time < as_of}


def _channels(history: History, start: datetime) -> set[str]:
    """The channels through which the customer bought, came or met us in [start, as_of)."""
    used = [each.fact for each in between(history.purchases, start, history.as_of)]
    used += [each.fact for each in between(history.visits, start, history.as_of)]
    used += between(history.of(TouchpointRecorded.TYPE), start, history.as_of)
    return {fact.data["channel"] for fact in used if "channel" in fact.data}


def _others(history: History, reference: Reference, rules: Rules) -> Iterator[Piece]:
    """What other customers did in the reference's last period, of who was one of them when it began: patterns.

    Each is shown by the customer's last purchase, of a store the last one there.
    """
    around, begins = reference.around, reference.as_of - rules.period
    market = Market.of(history) if around.markets else None
    store = main_store(history, begins - rules.window, begins) if around.stores else None
    falls, emptied = market in around.markets, store in around.stores
    if not (falls or emptied) or not active(history, begins, rules):
        return
    if falls:
        yield _shown_by(history.purchases[-1].fact, Cause.MARKET, rules)
    if emptied:
        there = [each.fact for each in history.purchases if each.fact.store == store]
        yield _shown_by(there[-1], Cause.ORGANIZATIONAL, rules)


def _shown_by(fact: Fact, cause: Cause, rules: Rules) -> Piece:
    return Piece(fact.time, fact.type, fact.subject, cause, rules.causes.pattern)
