"""How ready we are, as far as events tell: of each dimension, shares of what should be so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import mean
from services.scoring.metrics.objectives import objectives
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between
from services.scoring.studies.study import Found, Setting, Subject
from shared.events.visits import VisitEnded, VisitStarted

PARTS: dict[str, dict[str, str]] = {
    "planning": {
        "objectives": "buyers with an objective of their own and a strategy for it, of buyers",
        "segments": "buyers who are in a segment, of buyers",
    },
    "people": {
        "authority": "remedies granted without asking anybody else, of remedies asked for",
        "staff_named": "visits at which the employee is known, of visits",
        "promises": "commitments kept, of those due",
    },
    "process": {
        "cases": "cases settled within both standards that stayed settled, of those that can be judged",
        "follow_ups": "follow-ups done in time, of those due",
        "contact_to_cash": "mean score of Control of contact to cash",
    },
    "platform": {
        "coverage": "mean share of the eleven Cs that is known",
        "integrated": "orders and cases through an integration, of those since it was offered",
        "in_time": "facts recorded in time, of all",
    },
    "building_relationships": {"bonds": "customers whom the first bond holds, of those who dealt with us"},
    "dissatisfaction": {"content": "surveys with a CSAT of 4 or 5, of those that tell it"},
    "front_line_staff": {"empowered": "remedies granted without asking anybody else, of remedies asked for"},
}
"""By dimension, what is told of it in the window, and what it means; nothing is told of the others."""

DEMANDED = frozenset({"objectives", "segments", "staff_named"})
"""What says nothing before anybody in the base records such a thing."""


class Seen(NamedTuple):
    """Of one customer: so many of `whole` were as they should be; `recorded`: such a thing was recorded at all."""

    name: str
    part: float
    whole: int
    recorded: bool = True


@dataclass(slots=True)
class _Share:
    part: float = 0.0
    whole: int = 0
    recorded: bool = False

    @property
    def share(self) -> float | None:
        """Part of whole; None of nothing, or where none is silence."""
        return self.part / self.whole if self.whole and self.recorded else None


class Readiness:
    """Sums what customers' cards and facts tell of it."""

    name = "readiness"

    def __init__(self, setting: Setting) -> None:
        self.rules, self.segmented = setting.rules, bool(setting.segments.segments)
        self._shares = {name: _Share(recorded=name not in DEMANDED) for parts in PARTS.values() for name in parts}

    def add(self, subject: Subject) -> None:
        """One more customer."""
        for seen in _seen(subject, self.rules, segmented=self.segmented):
            share = self._shares[seen.name]
            share.part += seen.part
            share.whole += seen.whole
            share.recorded |= seen.recorded

    def found(self) -> Found:
        """`{dimension: {score, parts: {name: {share, n}}}}`; the score is the mean of the known shares, times 100."""
        return Found({dimension: self._told(list(parts)) for dimension, parts in PARTS.items()})

    def _told(self, names: list[str]) -> dict[str, Any]:
        shares = {name: self._shares[name] for name in names}
        score = mean(each.share for each in shares.values())
        return {
            "score": None if score is None else rounded(100 * score),
            "parts": {
                name: {"share": None if each.share is None else rounded(each.share), "n": each.whole}
                for name, each in shares.items()
            },
        }


def _seen(subject: Subject, rules: Rules, *, segmented: bool) -> Iterator[Seen]:
    yield from _planning(subject, segmented=segmented)
    yield from _people(subject)
    yield from _process(subject)
    yield from _platform(subject, rules)
    yield from _limitations(subject)


def _planning(subject: Subject, *, segmented: bool) -> Iterator[Seen]:
    history = subject.history
    bought, goals = bool(history.recent(history.purchases)), objectives(history)
    yield Seen("objectives", bought and any(goal.strategy for goal in goals), bought, bool(goals))
    yield Seen("segments", bought and bool(subject.segments), bought, segmented)


def _people(subject: Subject) -> Iterator[Seen]:
    history, care = subject.history, subject.card.cs["customer_care"].inputs
    visits = history.recent(history.visits)
    named = _named(history)
    known = sum(visit.fact.subject in named for visit in visits)
    yield _authority("authority", subject)
    yield Seen("staff_named", known, len(visits), known > 0)
    yield Seen("promises", care["commitments_kept"], care["commitments_due"])


def _authority(name: str, subject: Subject) -> Seen:
    asked = subject.card.cs["capabilities"].inputs["authority"]
    return Seen(name, asked["met"], asked["called"])


def _named(history: History) -> set[str]:
    """The visits of which somebody told who welcomed or served the customer."""
    told = history.of(VisitStarted.TYPE, VisitEnded.TYPE)
    return {fact.subject for fact in told if "served_by" in fact.data or "welcomed_by" in fact.data}


def _process(subject: Subject) -> Iterator[Seen]:
    care, control = subject.card.cs["customer_care"].inputs, subject.card.cs["control_contact_to_cash"].score
    yield Seen("cases", care["cases_kept"], care["cases_due"])
    yield Seen("follow_ups", care["follow_ups_in_time"], care["follow_ups_due"])
    if control is not None:
        yield Seen("contact_to_cash", control / 100, 1)


def _platform(subject: Subject, rules: Rules) -> Iterator[Seen]:
    history, joined = subject.history, subject.card.cs["collaboration_integration"].inputs
    facts = between(history.facts, history.start, history.as_of)
    in_time = sum(fact.recorded - fact.time <= rules.readiness.late for fact in facts)
    yield Seen("coverage", subject.card.index.coverage, 1)
    yield Seen("integrated", joined["through_integration"], joined["orders_and_cases"])
    yield Seen("in_time", in_time, len(facts))


def _limitations(subject: Subject) -> Iterator[Seen]:
    level, history = subject.card.bonds.level, subject.history
    said = [fact.data["csat"] for fact in history.recent(history.surveys) if "csat" in fact.data]
    yield Seen("bonds", bool(level), level is not None)
    yield Seen("content", sum(csat >= 4 for csat in said), len(said))
    yield _authority("empowered", subject)
