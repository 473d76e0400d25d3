"""Propensity and lift (S08): how often each kind of offer is taken, and what it brings beside a control group."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from services.scoring.metrics.history import History
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between
from services.scoring.studies.exposures import Exposure, Outcome, exposures, outcome
from services.scoring.studies.groups import Groups
from services.scoring.studies.lift import Arm, lift
from services.scoring.studies.proportions import Pooled
from services.scoring.studies.study import NOBODY_KNOWN, Found, Setting, Subject
from shared.events.customers import ObjectiveClosed, ObjectiveSet

NO_CONTROL = "nobody was held back as a control group"
Offer = tuple[Exposure, Outcome | None]
"""What reached a customer, and what they did then; None where that is not known yet."""


@dataclass(slots=True)
class Count:
    """Offers of one kind: `open` are the exposures that can still be answered, and count as not answered already."""

    taken: Pooled = field(default_factory=Pooled)
    open: int = 0
    held_back: int = 0

    def add(self, offers: Sequence[Offer], as_of: datetime) -> None:
        """One more customer, with all of theirs."""
        reached = [exposure for exposure, _ in offers if not exposure.control]
        self.taken.add(sum(exposure.accepted for exposure in reached), len(reached))
        self.open += sum(exposure.until > as_of for exposure in reached)
        self.held_back += len(offers) - len(reached)

    def to_json(self, rules: Rules) -> dict[str, Any]:
        """With the share, its interval and its design effect; all null below the least number of exposures."""
        told = self.taken.to_json(rules.rates.confidence_z)
        known = self.taken.n >= rules.propensity.least
        return {
            "exposures": self.taken.n,
            "responses": self.taken.count,
            "customers": self.taken.customers,
            "open": self.open,
            "held_back": self.held_back,
            **{name: told[name] if known else None for name in ("share", "interval", "design_effect")},
        }


@dataclass(slots=True)
class Sent:
    """One campaign, with what its two sides did while it was valid."""

    kind: str
    count: Count = field(default_factory=Count)
    reached: Arm = field(default_factory=Arm)
    held_back: Arm = field(default_factory=Arm)

    def add(self, exposure: Exposure, outcome: Outcome | None, as_of: datetime) -> None:
        """One more customer; nobody is compared whose outcome is not known yet."""
        self.count.add([(exposure, outcome)], as_of)
        if outcome is not None:
            arm = self.held_back if exposure.control else self.reached
            arm.add(outcome)

    def to_json(self, rules: Rules) -> dict[str, Any]:
        """Its count, and its lift or the reason why there is none."""
        reason = self._incomparable(rules.propensity.least)
        found = None if reason else lift(self.reached, self.held_back, rules.rates.confidence_z)
        return {"kind": self.kind, **self.count.to_json(rules), "lift": found, "reason": reason}

    def _incomparable(self, least: int) -> str | None:
        if not self.count.held_back:
            return NO_CONTROL
        sides = self.reached.customers, self.held_back.customers
        if min(sides) >= least:
            return None
        return f"of {sides[0]} reached and {sides[1]} held back the time to buy is over; {least} of each are needed"


@dataclass(slots=True)
class Reception:
    """How a group took its offers, in all, by kind, by channel and by campaign; its objectives by strategy."""

    total: Count = field(default_factory=Count)
    kinds: dict[str, Count] = field(default_factory=dict)
    channels: dict[str, Count] = field(default_factory=dict)
    campaigns: dict[str, Sent] = field(default_factory=dict)
    strategies: dict[str, Pooled] = field(default_factory=dict)

    def add(self, offers: Sequence[Offer], as_of: datetime) -> None:
        """One more customer: each offer, and what came of it."""
        self.total.add(offers, as_of)
        for kind, own in _grouped(offers, lambda exposure: exposure.kind):
            self.kinds.setdefault(kind, Count()).add(own, as_of)
        for channel, own in _grouped(offers, lambda exposure: exposure.channel):
            self.channels.setdefault(channel, Count()).add(own, as_of)
        for exposure, came in offers:
            self.campaigns.setdefault(exposure.campaign, Sent(exposure.kind)).add(exposure, came, as_of)

    def close(self, objectives: Sequence["Objective"]) -> None:
        """The objectives of one more customer that were closed."""
        closed = Counter(each.strategy for each in objectives)
        reached = Counter(each.strategy for each in objectives if each.reached)
        for strategy, n in closed.items():
            self.strategies.setdefault(strategy, Pooled()).add(reached[strategy], n)

    def to_json(self, rules: Rules) -> dict[str, Any]:
        """Everything by name, in alphabetical order."""
        z = rules.rates.confidence_z
        return {
            "total": self.total.to_json(rules),
            "kinds": {name: self.kinds[name].to_json(rules) for name in sorted(self.kinds)},
            "channels": {name: self.channels[name].to_json(rules) for name in sorted(self.channels)},
            "campaigns": {name: self.campaigns[name].to_json(rules) for name in sorted(self.campaigns)},
            "strategies": {name: self.strategies[name].to_json(z) for name in sorted(self.strategies)},
        }


class Propensity:
    """Of everybody over the window; of segments over the last period, with everybody over the same beside them.

    Segments are as they were when the period began: an answer to an offer may make a member, and would then seem to
    be the answer of a member.
    """

    name = "propensity"

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._groups = Groups(setting.segments, Reception)
        self._window = Reception()

    def add(self, subject: Subject) -> None:
        """One more customer."""
        history, begins = subject.history, self._setting.begins
        groups = [self._groups.everybody, *self._groups.of(subject.segments_before)]
        valid = [each for each in exposures(history, self._setting.rules) if each.until > history.start]
        offers, closed = [(each, outcome(history, each)) for each in valid], _objectives(history)
        late = [offer for offer in offers if offer[0].time >= begins]
        self._window.add(offers, history.as_of)
        self._window.close(closed)
        for reception in groups:
            reception.add(late, history.as_of)
            reception.close([each for each in closed if each.time >= begins])

    def found(self) -> Found:
        """`{window_starts, period_starts, window, all, segments}`."""
        rules, starts = self._setting.rules, self._setting.as_of - self._setting.rules.window
        return Found(
            {
                "window_starts": rfc3339(starts),
                "period_starts": rfc3339(self._setting.begins),
                "window": self._window.to_json(rules),
                **self._groups.to_json(self._tell),
            }
        )

    def _tell(self, reception: Reception) -> dict[str, Any]:
        told = reception.to_json(self._setting.rules)
        if self._setting.members_known or reception is self._groups.everybody:
            return told
        return {**told, "total": None, "reason": NOBODY_KNOWN}


def _grouped(offers: Sequence[Offer], name: Callable[[Exposure], str]) -> Iterator[tuple[str, list[Offer]]]:
    for each in sorted({name(exposure) for exposure, _ in offers}):
        yield each, [offer for offer in offers if name(offer[0]) == each]


class Objective(NamedTuple):
    """An objective with a strategy: when it was closed, and whether reached."""

    time: datetime
    strategy: str
    reached: bool


def _objectives(history: History) -> list[Objective]:
    """The objectives with a strategy that were closed in the window."""
    closed = between(history.of(ObjectiveClosed.TYPE), history.start, history.as_of)
    if not closed:
        return []
    strategies = {fact.subject: fact.data.get("strategy") for fact in history.of(ObjectiveSet.TYPE)}
    firsts = {fact.subject: fact for fact in reversed(closed)}
    told = [(fact, strategies.get(fact.subject)) for fact in firsts.values()]
    return [Objective(fact.time, strategy, fact.data["reached"]) for fact, strategy in told if strategy is not None]
