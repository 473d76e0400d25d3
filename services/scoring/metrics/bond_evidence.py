"""Evidence of the four bonds: which fact speaks for which, of what kind, under which consent."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple, get_args

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import told
from services.scoring.metrics.rules import Bonding
from shared.events.customers import IntegrationUsed, ObjectiveReviewed, RelationshipStarted
from shared.events.loyalty import PointsEarned, PointsSpent, ReferralMade, SuggestionAnswered, VolumeAgreementUsed
from shared.events.purchases import PurchaseCompleted
from shared.events.scores import BondName
from shared.events.visits import (
    BaggageDeposited,
    GestureMade,
    PreferenceUsed,
    SolutionDelivered,
    TouchpointRecorded,
    VisitEnded,
    VisitStarted,
)

BONDS: tuple[BondName, ...] = get_args(BondName)
"""The bonds in the order of their levels, 1–4."""


class Kind(NamedTuple):
    """One kind of evidence of a bond. `light`: it weighs little."""

    bond: BondName
    name: str
    light: bool = False


VOLUME = Kind("financial", "volume-price agreement used")
TIER = Kind("financial", "tier discount")
LOCK = Kind("financial", "price lock or bundle")
SPENT = Kind("financial", "points spent")
EARNED = Kind("financial", "points earned", light=True)
MANAGER = Kind("social", "account manager appointed")
FAMILIAR = Kind("social", "served by the same employee again")
ATTENDED = Kind("social", "event or community attended")
REFERRAL = Kind("social", "referral made")
CONVERSATION = Kind("social", "two-way conversation")
KINDNESS = Kind("social", "gesture received")
TOGETHER = Kind("social", "objective reviewed together")
BAGGAGE = Kind("social", "baggage looked after", light=True)
PREFERENCE = Kind("customization", "stated preference used")
TAILORED = Kind("customization", "tailored line kept")
ACCEPTED = Kind("customization", "personal offer or suggestion accepted")
SOLUTION = Kind("customization", "one-to-one solution delivered")
ATTENTION = Kind("customization", "gesture received")
INTEGRATED = Kind("structural", "order or case through an integration")
STANDING = Kind("structural", "standing order fulfilled")
REVIEW = Kind("structural", "joint review")

_DISCOUNTS: Mapping[str, Kind] = {"volume": VOLUME, "tier": TIER, "price_lock": LOCK, "bundle": LOCK}
_TOUCHED: Mapping[str, Kind] = {"event": ATTENDED, "community": ATTENDED, "joint_review": REVIEW}
_USED: Mapping[str, Kind] = {
    "order": INTEGRATED,
    "case": INTEGRATED,
    "standing_order": STANDING,
    "review": REVIEW,
}
_GESTURES: Mapping[str, Kind] = {"social": KINDNESS, "customization": ATTENTION}
_OF_DATA: Mapping[str, Callable[[Mapping[str, Any]], Kind | None]] = {
    BaggageDeposited.TYPE: lambda _: BAGGAGE,
    GestureMade.TYPE: lambda data: _GESTURES.get(data["kind"]),
    ObjectiveReviewed.TYPE: lambda data: TOGETHER if data["together"] else None,
    PointsEarned.TYPE: lambda data: EARNED if data["points"] else None,
    PointsSpent.TYPE: lambda data: SPENT if data["points"] else None,
    PreferenceUsed.TYPE: lambda _: PREFERENCE,
    ReferralMade.TYPE: lambda _: REFERRAL,
    RelationshipStarted.TYPE: lambda data: MANAGER if data["role"] == "account_manager" else None,
    SolutionDelivered.TYPE: lambda _: SOLUTION,
    SuggestionAnswered.TYPE: lambda data: ACCEPTED if data["accepted"] else None,
}
"""What a fact of the type is evidence of, by itself."""

_FACT_ORDER = attrgetter("time", "source", "type", "subject", "id")
_ORDER = attrgetter("time", "fact.source", "fact.type", "fact.subject", "fact.id", "kind")

Found = Iterator[tuple[Kind, Fact]]


class Piece(NamedTuple):
    """One fact that speaks for a bond, with the weight it has when it is new."""

    kind: Kind
    weight: float
    time: datetime
    fact: Fact

    def to_json(self) -> dict[str, Any]:
        """`{type, subject, time, kind}`."""
        return {**told(self.fact), "kind": self.kind.name}


def evidence(history: History, rules: Bonding) -> dict[BondName, list[Piece]]:
    """Every bond's evidence in reading order, at most one piece per kind in `rules.spacing`.

    Which of several close to each other counts is decided from the earliest on, so that a later fact never
    takes an earlier one's place. What was wholly returned, or lies under a consent that stands withdrawn, is none.
    """
    kinds: dict[Kind, list[Fact]] = defaultdict(list)
    for read in (_by_itself, _agreements, _uses, _bought, _cases, _conversations, _touchpoints, _offers, _familiar):
        for kind, fact in read(history):
            kinds[kind].append(fact)
    found: dict[BondName, list[Piece]] = {bond: [] for bond in BONDS}
    for kind, facts in kinds.items():
        weight = rules.light if kind.light else rules.weight
        found[kind.bond] += [Piece(kind, weight, fact.time, fact) for fact in _spaced(facts, rules)]
    for pieces in found.values():
        pieces.sort(key=_ORDER)
    return found


def _spaced(facts: Iterable[Fact], rules: Bonding) -> list[Fact]:
    kept: list[Fact] = []
    for fact in sorted(facts, key=_FACT_ORDER):
        if not kept or fact.time - kept[-1].time >= rules.spacing:
            kept.append(fact)
    return kept


def _by_itself(history: History) -> Found:
    for name, kind_of in _OF_DATA.items():
        for fact in history.of(name):
            kind = kind_of(fact.data)
            if kind is not None:
                yield kind, fact


def _agreements(history: History) -> Found:
    """Agreements used; not for a purchase that came back, or that a correction took away."""
    used = history.of(VolumeAgreementUsed.TYPE)
    gone = _gone(history, used, "purchase_id")
    for fact in used:
        if fact.data.get("purchase_id") not in gone:
            yield VOLUME, fact


def _uses(history: History) -> Found:
    """Uses of an integration; not for an order that came back, or that a correction took away."""
    used = history.of(IntegrationUsed.TYPE)
    gone = _gone(history, used, "about")
    for fact in used:
        kind = _USED.get(fact.data["kind"])
        if kind is not None and (fact.data["kind"] == "case" or fact.data.get("about") not in gone):
            yield kind, fact


def _gone(history: History, used: Sequence[Fact], about: str) -> set[str]:
    """The purchases of which nothing is left, where any of these facts names one."""
    if not any(about in fact.data for fact in used):
        return set()
    told = {fact.subject for fact in history.of(PurchaseCompleted.TYPE)}
    return told - {each.fact.subject for each in history.purchases}


def _bought(history: History) -> Found:
    for purchase in history.purchases:
        for discount in purchase.told.get("discounts", ()):
            if discount in _DISCOUNTS:
                yield _DISCOUNTS[discount], purchase.fact
        if "integration_id" in purchase.fact.data:
            yield INTEGRATED, purchase.fact
        for line in purchase.lines:
            if line.tailored:
                yield TAILORED, purchase.fact
                break


def _cases(history: History) -> Found:
    for case in history.cases:
        if "integration_id" in case.fact.data:
            yield INTEGRATED, case.fact


def _conversations(history: History) -> Found:
    for visit in history.visits:
        if visit.two_way:
            yield CONVERSATION, visit.fact


def _touchpoints(history: History) -> Found:
    """A touchpoint told again is the same one; it may have become two-way since."""
    told = history.of(TouchpointRecorded.TYPE)
    for fact in _firsts(told):
        if fact.data["kind"] in _TOUCHED:
            yield _TOUCHED[fact.data["kind"]], fact
    for fact in _firsts(fact for fact in told if fact.data["two_way"]):
        yield CONVERSATION, fact


def _firsts(told: Iterable[Fact]) -> Iterable[Fact]:
    firsts: dict[str, Fact] = {}
    for fact in told:
        firsts.setdefault(fact.subject, fact)
    return firsts.values()


def _offers(history: History) -> Found:
    """Personal offers accepted, made with a consent that is still, or again, in force."""
    for contact in history.contacts:
        if contact.accepted is not None and contact.personal and contact.consented:
            data = contact.fact.data
            if history.consents.given(data["purpose"], data["channel"], history.as_of):
                yield ACCEPTED, contact.accepted


def _familiar(history: History) -> Found:
    """Each time somebody serves the customer who did so on an earlier UTC day: a bill and its visit are one time."""
    met: dict[str, date] = {}
    for fact in sorted(_served(history), key=_FACT_ORDER):
        day = fact.time.date()
        if met.setdefault(fact.data["served_by"], day) < day:
            yield FAMILIAR, fact


def _served(history: History) -> Sequence[Fact]:
    """What names who served; a visit once, however often it is told."""
    visits: dict[str, Fact] = {}
    for fact in history.of(VisitStarted.TYPE, VisitEnded.TYPE):
        if "served_by" in fact.data:
            visits.setdefault(fact.subject, fact)
    others = [purchase.fact for purchase in history.purchases] + list(history.of(TouchpointRecorded.TYPE))
    return [*visits.values(), *(fact for fact in others if "served_by" in fact.data)]
