"""Collaboration and integration: whether the customer's processes are joined to ours, and used."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, counted, latest, mean, metric
from services.scoring.metrics.rules import Rules
from shared.events.complaints import ComplaintOpened
from shared.events.customers import IntegrationEnded, IntegrationOffered, IntegrationStarted, IntegrationUsed
from shared.events.purchases import PurchaseCompleted
from shared.events.visits import TouchpointRecorded

_YEAR = timedelta(days=365) // MOMENT
_DEALT: Mapping[str, str] = {
    "order": PurchaseCompleted.TYPE,
    "standing_order": PurchaseCompleted.TYPE,
    "case": ComplaintOpened.TYPE,
}
"""Kinds of use that are orders and cases, and the type of fact that they can be told by, too."""


class Joined(NamedTuple):
    """One stretch of time in which an integration was active. `reviews`: joint reviews a year to be expected."""

    reviews: int
    start: datetime
    end: datetime | None

    def within(self, start: datetime, end: datetime) -> timedelta:
        """How long it was active in [start, end)."""
        return max(timedelta(), (self.end or end) - max(self.start, start))


class Dealings(NamedTuple):
    """Orders and cases of the window since the first offer, those through an integration, and joint reviews.

    `offered`: what tells that an integration was there to be used; `joined`: when one was, of an organization;
    `expected`: joint reviews that were to be held by now, None for an individual.
    """

    offered: Sequence[Fact]
    all: Sequence[Fact]
    through: Sequence[Fact]
    held: Sequence[Fact]
    joined: Sequence[Joined]
    expected: float | None

    @property
    def share(self) -> float | None:
        """Orders and cases through an integration, of all; None where there were none."""
        return len(self.through) / len(self.all) if self.all else None

    @property
    def reviewed(self) -> float | None:
        """Joint reviews held of those expected, 1 at most; None before the first one is due."""
        if self.expected is None or self.expected < 1:
            return None
        return min(1.0, len(self.held) / self.expected)


def collaboration(history: History, rules: Rules) -> Metric:
    """Mean of the share of orders and cases through an integration and, with organizations, of reviews (own).

    `value`: that share, since the first offer. Null where no integration was ever offered, or nothing of the
    window tells of one.
    """
    found = dealings(history)
    score = mean((found.share, found.reviewed))
    return metric(
        score=None if score is None else 100 * score,
        value=found.share,
        unit="share of orders and cases through an integration",
        inputs={
            "integrations": len({fact.subject for fact in found.offered}),
            "orders_and_cases": len(found.all),
            "through_integration": len(found.through),
            "reviews_held": len(found.held),
            "reviews_expected": None if found.expected is None else rounded(found.expected),
            "reviews_share": None if found.reviewed is None else rounded(found.reviewed),
        },
        n=len(found.all) + int(found.expected or 0),
        evidence=latest(found.through, found.held) or latest(found.all, found.offered),
        reason=_reason(found),
        rules=rules,
    )


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, the first joint review is due, at the earliest."""
    if not _is_organization(history):
        return []
    joined = _joined(history)
    owed, rate = _owed(joined, history), sum(each.reviews for each in joined if each.end is None)
    return [history.as_of - (owed - _YEAR) // rate * MOMENT] if rate and owed < _YEAR else []


def dealings(history: History) -> Dealings:
    """What was dealt since an integration was there to be used: offered, or used before anybody told of the offer."""
    offered = history.of(IntegrationOffered.TYPE, IntegrationStarted.TYPE, IntegrationUsed.TYPE, IntegrationEnded.TYPE)
    return _dealings(history, offered) if offered else Dealings((), (), (), (), (), None)


def _dealings(history: History, offered: Sequence[Fact]) -> Dealings:
    cases = [each.fact for each in history.cases]
    both = [*(each.fact for each in history.purchases), *cases]
    known = {(fact.type, fact.subject) for fact in (*(each.fact for each in history.bought), *cases)}
    used = _used(history)
    alone = [use for what, use in used.items() if what not in known]
    through = [fact for fact in both if "integration_id" in fact.data or (fact.type, fact.subject) in used] + alone
    start = max(history.start, min([offered[0].time, *(fact.time for fact in through)]))
    came = {fact.order for fact in through}
    since = sorted((fact for fact in (*both, *alone) if fact.time >= start), key=lambda fact: fact.order)
    joined = _joined(history) if _is_organization(history) else None
    return Dealings(
        offered=offered,
        all=since,
        through=[fact for fact in since if fact.order in came],
        held=_reviews(history),
        joined=joined or (),
        expected=None if joined is None else _owed(joined, history) / _YEAR,
    )


def _used(history: History) -> dict[tuple[str, str], Fact]:
    """Uses that are orders and cases, the first of each: by type and subject of what it names, else by itself.

    What it names counts as come through the integration, where it is known, and the use does not count beside it; nor
    in the place of a purchase that came back.
    """
    used: dict[tuple[str, str], Fact] = {}
    for use in history.of(IntegrationUsed.TYPE):
        kind = _DEALT.get(use.data["kind"])
        if kind is not None:
            what = (kind, use.data["about"]) if "about" in use.data else (use.source, use.id)
            used.setdefault(what, use)
    return used


def _reviews(history: History) -> Sequence[Fact]:
    """Joint reviews of the window. A touchpoint told again, with a conversation or an outcome, is the same review."""
    held: dict[tuple[str, str], Fact] = {}
    for fact in history.of(TouchpointRecorded.TYPE, IntegrationUsed.TYPE):
        if fact.data["kind"] in ("joint_review", "review"):
            told = fact.subject if fact.type == TouchpointRecorded.TYPE else fact.id
            held.setdefault((fact.source, told), fact)
    return history.recent(list(held.values()))


def _is_organization(history: History) -> bool:
    return bool(history.profiles) and history.profiles[-1].data["kind"] == "organization"


def _joined(history: History) -> list[Joined]:
    """When which integration was active; one started again is from then on as it was told then.

    The end of what is not known to be active is passed by.
    """
    active: dict[str, Joined] = {}
    stretches: list[Joined] = []
    for fact in history.of(IntegrationStarted.TYPE, IntegrationEnded.TYPE):
        before = active.pop(fact.subject, None)
        if before is not None:
            stretches.append(before._replace(end=fact.time))
        if fact.type == IntegrationStarted.TYPE:
            active[fact.subject] = Joined(fact.data["reviews_a_year"], fact.time, None)
    return [*stretches, *active.values()]


def _owed(joined: Sequence[Joined], history: History) -> int:
    """Joint reviews expected of the window, in parts of a review: `_YEAR` of them are one. Exact, of any size."""
    return sum(each.reviews * (each.within(history.start, history.as_of) // MOMENT) for each in joined if each.reviews)


def _reason(found: Dealings) -> str:
    if not found.offered:
        return "No integration was ever offered."
    said = []
    if found.all:
        named = counted(len(found.all), "order or case", "orders and cases")
        said.append(f"{len(found.through)} of {named} came through an integration")
    if found.reviewed is not None:
        said.append(f"{counted(len(found.held), 'joint review')} held of {found.expected:.1f} expected")
    return f"{'; '.join(said)}." if said else "An integration was offered, but nothing was ordered or asked for since."
