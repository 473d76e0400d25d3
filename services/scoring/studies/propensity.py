"""Propensity and lift (S08): how often each kind of offer is taken, and what it brings beside a control group."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.scoring.metrics.history import History
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between
from services.scoring.studies.exposures import Exposure, Outcome, exposures, outcome
from services.scoring.studies.groups import Groups
from services.scoring.studies.lift import Arm, lift
from services.scoring.studies.proportions import told_share
from services.scoring.studies.study import Found, Setting, Subject
from shared.events.customers import ObjectiveClosed, ObjectiveSet

NO_CONTROL = "nobody was held back as a control group"


@dataclass(slots=True)
class Count:
    """Offers of one kind: `open` are the exposures that can still be answered, and count as not answered already."""

    exposures: int = 0
    responses: int = 0
    open: int = 0
    held_back: int = 0

    def add(self, exposure: Exposure, as_of: datetime) -> None:
        """One more."""
        self.held_back += exposure.control
        if not exposure.control:
            self.exposures += 1
            self.responses += exposure.accepted
            self.open += exposure.until > as_of

    def to_json(self, rules: Rules) -> dict[str, Any]:
        """With the share and its interval; both null below the least number of exposures."""
        told = told_share(self.responses, self.exposures, rules.rates.confidence_z)
        known = self.exposures >= rules.propensity.least
        return {
            "exposures": self.exposures,
            "responses": self.responses,
            "open": self.open,
            "held_back": self.held_back,
            "share": told["share"] if known else None,
            "interval": told["interval"] if known else None,
        }


@dataclass(slots=True)
class Sent:
    """One campaign, with what its two sides did while it was valid."""

    kind: str
    count: Count = field(default_factory=Count)
    reached: Arm = field(default_factory=Arm)
    held_back: Arm = field(default_factory=Arm)

    def add(self, exposure: Exposure, outcome: Outcome | None, as_of: datetime) -> None:
        """One more; nobody is compared whose outcome is not known yet."""
        self.count.add(exposure, as_of)
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
    strategies: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, exposure: Exposure, outcome: Outcome | None, as_of: datetime) -> None:
        """One more exposure, and what came of it."""
        counts = self.kinds.setdefault(exposure.kind, Count()), self.channels.setdefault(exposure.channel, Count())
        for count in (self.total, *counts):
            count.add(exposure, as_of)
        self.campaigns.setdefault(exposure.campaign, Sent(exposure.kind)).add(exposure, outcome, as_of)

    def close(self, strategy: str, reached: bool) -> None:
        """One more objective that was closed."""
        before, closed = self.strategies.get(strategy, (0, 0))
        self.strategies[strategy] = before + reached, closed + 1

    def to_json(self, rules: Rules) -> dict[str, Any]:
        """Everything by name, in alphabetical order."""
        z = rules.rates.confidence_z
        return {
            "total": self.total.to_json(rules),
            "kinds": {name: self.kinds[name].to_json(rules) for name in sorted(self.kinds)},
            "channels": {name: self.channels[name].to_json(rules) for name in sorted(self.channels)},
            "campaigns": {name: self.campaigns[name].to_json(rules) for name in sorted(self.campaigns)},
            "strategies": {name: told_share(*self.strategies[name], z) for name in sorted(self.strategies)},
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
        for exposure in exposures(history, self._setting.rules):
            late = groups if exposure.time >= begins else []
            valid = [self._window] if exposure.until > history.start else []
            came = outcome(history, exposure) if valid else None
            for reception in valid + late:
                reception.add(exposure, came, history.as_of)
        for closed, strategy, reached in _objectives(history):
            for reception in [self._window, *(groups if closed >= begins else [])]:
                reception.close(strategy, reached)

    def found(self) -> Found:
        """`{window_starts, period_starts, window, all, segments}`."""
        rules, starts = self._setting.rules, self._setting.as_of - self._setting.rules.window
        return Found(
            {
                "window_starts": rfc3339(starts),
                "period_starts": rfc3339(self._setting.begins),
                "window": self._window.to_json(rules),
                **self._groups.to_json(lambda reception: reception.to_json(rules)),
            }
        )


def _objectives(history: History) -> list[tuple[datetime, str, bool]]:
    """The objectives with a strategy that were closed in the window: when, under which, and whether reached."""
    closed = between(history.of(ObjectiveClosed.TYPE), history.start, history.as_of)
    if not closed:
        return []
    strategies = {fact.subject: fact.data.get("strategy") for fact in history.of(ObjectiveSet.TYPE)}
    firsts = {fact.subject: fact for fact in reversed(closed)}
    told = [(fact, strategies.get(fact.subject)) for fact in firsts.values()]
    return [(fact.time, strategy, fact.data["reached"]) for fact, strategy in told if strategy is not None]
