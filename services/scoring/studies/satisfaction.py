"""The satisfaction gap, delivery less expectation: by factor, store, department and segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from services.scoring.facts.fact import Fact
from services.scoring.metrics.distribution import rounded
from services.scoring.studies.study import Found, Setting, Subject
from shared.events.complaints import ComplaintAssigned, Factor

FACTORS: tuple[str, ...] = get_args(Factor)
BY = ("factor", "store", "department", "segment")
"""What surveys are grouped by."""


@dataclass(slots=True)
class _Mean:
    """The mean of whole numbers, exact until it is told."""

    total: int = 0
    n: int = 0

    def add(self, number: int) -> None:
        """One more."""
        self.total, self.n = self.total + number, self.n + 1

    def told(self) -> dict[str, Any]:
        """`{value, n}`; the value null of nothing."""
        return {"value": rounded(self.total / self.n) if self.n else None, "n": self.n}


@dataclass(slots=True)
class _Group:
    """The answers of one group's surveys."""

    surveys: int = 0
    gap: _Mean = field(default_factory=_Mean)
    expectation: _Mean = field(default_factory=_Mean)
    delivery: _Mean = field(default_factory=_Mean)
    csat: _Mean = field(default_factory=_Mean)
    nps: _Mean = field(default_factory=_Mean)
    effort: _Mean = field(default_factory=_Mean)

    def add(self, said: Mapping[str, Any], factors: Sequence[Mapping[str, int]]) -> None:
        """One more survey, and those of its paired factors that belong here."""
        self.surveys += 1
        for each in factors:
            self.expectation.add(each["expectation"])
            self.delivery.add(each["delivery"])
            self.gap.add(each["delivery"] - each["expectation"])
        if "csat" in said:
            self.csat.add(100 * (said["csat"] >= 4))
        if "nps" in said:
            self.nps.add(100 * ((said["nps"] >= 9) - (said["nps"] <= 6)))
        if "effort" in said:
            self.effort.add(said["effort"])

    def told(self) -> dict[str, Any]:
        """`{surveys, gap, expectation, delivery, csat, nps, effort}`, each but the first `{value, n}`."""
        means = ("gap", "expectation", "delivery", "csat", "nps", "effort")
        return {"surveys": self.surveys} | {name: getattr(self, name).told() for name in means}


class Satisfaction:
    """The surveys of the window, in groups; known groups that no survey belongs to are told too."""

    name = "satisfaction"

    def __init__(self, setting: Setting) -> None:
        known = {
            "factor": FACTORS,
            "store": setting.stores,
            "department": (),
            "segment": [segment.id for segment in setting.segments.segments],
        }
        self._all = _Group()
        self._groups = {by: {key: _Group() for key in known[by]} for by in BY}
        self._of_none = dict.fromkeys(BY, 0)

    def add(self, subject: Subject) -> None:
        """One more customer: what they answered in the window."""
        surveys = subject.history.recent(subject.history.surveys)
        owners = _owners(subject.history.of(ComplaintAssigned.TYPE)) if surveys else {}
        for survey in surveys:
            factors = survey.data["factors"]
            self._all.add(survey.data, factors)
            for each in factors:
                self._group("factor", each["factor"]).add(survey.data, [each])
            for by, keys in _keys(survey, owners, subject.segments).items():
                for key in keys:
                    self._group(by, key).add(survey.data, factors)
                self._of_none[by] += not keys
            self._of_none["factor"] += not factors

    def found(self) -> Found:
        """`{all: group, of_none: {by: surveys}, by: {by: {key: group}}}`."""
        groups = {by: {key: self._groups[by][key].told() for key in sorted(self._groups[by])} for by in BY}
        return Found({"all": self._all.told(), "of_none": self._of_none, "by": groups})

    def _group(self, by: str, key: str) -> _Group:
        return self._groups[by].setdefault(key, _Group())


def _keys(survey: Fact, owners: Mapping[str, Sequence[Fact]], segments: Sequence[str]) -> dict[str, Sequence[str]]:
    """What a survey belongs to, by everything but the factor."""
    owner = _owner(survey, owners)
    return {
        "store": [] if survey.store is None else [survey.store],
        "department": [] if owner is None else [owner],
        "segment": segments,
    }


def _owners(assigned: Sequence[Fact]) -> dict[str, list[Fact]]:
    """The assignments of each case, in reading order."""
    owners: dict[str, list[Fact]] = {}
    for fact in assigned:
        owners.setdefault(fact.subject, []).append(fact)
    return owners


def _owner(survey: Fact, owners: Mapping[str, Sequence[Fact]]) -> str | None:
    """Of a survey about a complaint, the department that owned it last when the customer answered."""
    about = survey.data.get("about", {})
    if about.get("kind") != "complaint":
        return None
    owned = [fact for fact in owners.get(about["id"], ()) if fact.time <= survey.time]
    return owned[-1].data["department"] if owned else None
