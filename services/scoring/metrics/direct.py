"""Evidence of a cause of defection that happened to the customer, or that they told us."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.causes import COMPLAINED, OBSERVED, STATED, Cause
from services.scoring.metrics.history import History
from services.scoring.metrics.timeline import between
from shared.events.complaints import IncidentRecorded
from shared.events.loyalty import CompetitorObserved, PointsExpired, PriceMatchRefused, TierChanged
from shared.events.purchases import PurchaseNotAvailable

Evidence = Iterator[tuple[Cause, Fact]]

_ALWAYS: Mapping[str, Cause] = {
    PriceMatchRefused.TYPE: Cause.PRICE,
    PurchaseNotAvailable.TYPE: Cause.PRODUCT,
    IncidentRecorded.TYPE: Cause.SERVICE,
}
"""The types that speak for one cause whatever is in them."""


def stated(history: History, start: datetime) -> Evidence:
    """The reasons that the customer gave since `start`: leaving, or in a survey."""
    for fact in between(history.exits, start, history.as_of):
        yield STATED[fact.data.get("reason") or fact.data["reason_for_leaving"]], fact


def direct(history: History, start: datetime) -> Evidence:
    """What happened to the customer since `start` that speaks for a cause."""
    for kind, cause in _ALWAYS.items():
        for fact in between(history.of(kind), start, history.as_of):
            yield cause, fact
    yield from _competition(history, start)
    yield from _programme(history, start)
    yield from _goods(history, start)
    yield from _cases(history, start)


def _competition(history: History, start: datetime) -> Evidence:
    for fact in between(history.of(CompetitorObserved.TYPE), start, history.as_of):
        if fact.data["kind"] in OBSERVED:
            yield OBSERVED[fact.data["kind"]], fact


def _programme(history: History, start: datetime) -> Evidence:
    """A tier lost, and points expired: once, as a clock expires what each purchase earned, long after they left."""
    for fact in between(history.of(TierChanged.TYPE), start, history.as_of):
        if fact.data["direction"] == "down":
            yield Cause.PRICE, fact
    for fact in between(history.of(PointsExpired.TYPE), start, history.as_of)[:1]:
        yield Cause.PRICE, fact


def _goods(history: History, start: datetime) -> Evidence:
    """Goods that came back as defective, and bills with a line that was not to be had."""
    for fact in between(history.returns, start, history.as_of):
        if fact.data["reason"] == "defective":
            yield Cause.PRODUCT, fact
    for purchase in between(history.bought, start, history.as_of):
        if "unavailable" in purchase.told:
            yield Cause.PRODUCT, purchase.fact


def _cases(history: History, start: datetime) -> Evidence:
    """Each complaint by its category, unless taken back and no failure of ours.

    Its first reopening since `start` and its first breach told since then are poor service.
    """
    for case in history.cases:
        stands = case.withdrawn is None or case.counts(history.as_of)
        if case.time >= start and stands:
            yield COMPLAINED[case.category], case.fact
        for told in (case.reopened, case.breached):
            for fact in between(told, start, history.as_of)[:1]:
                yield Cause.SERVICE, fact
