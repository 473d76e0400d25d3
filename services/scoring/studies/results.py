"""Profit and effectiveness (S10): what a segment brought over the last period, and what changed on the one before."""

from dataclasses import dataclass, field
from typing import Any

from services.scoring.metrics.history import History
from services.scoring.metrics.reference import rfc3339
from services.scoring.studies import periods
from services.scoring.studies.conduct import GroupConduct, conduct
from services.scoring.studies.groups import Groups
from services.scoring.studies.growth import Growth, growths
from services.scoring.studies.ledger import Ledger, account_of, changes, currency_of, told_books
from services.scoring.studies.periods import Period
from services.scoring.studies.study import NOBODY_KNOWN, Found, Setting, Subject


@dataclass(slots=True)
class _Side:
    """One of the two periods."""

    ledger: Ledger = field(default_factory=Ledger)
    conduct: GroupConduct = field(default_factory=GroupConduct)


@dataclass(slots=True)
class _Tally:
    customers: int = 0
    now: _Side = field(default_factory=_Side)
    before: _Side = field(default_factory=_Side)


class Results:
    """Two periods of the same customers: those who were members when the last one began."""

    name = "results"

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._before, self._now = periods.before(setting.as_of, setting.rules.period, 2)
        self._groups = Groups(setting.segments, _Tally)

    def add(self, subject: Subject) -> None:
        """One more customer, in everybody's tally and in those of the segments they were in at the period's start."""
        tallies = [self._groups.everybody, *self._groups.of(subject.segments_before)]
        for tally in tallies:
            tally.customers += 1
        grown = growths(subject.history, self._setting.rules.unknown_category)
        self._enter(subject.history, grown, self._now, [tally.now for tally in tallies])
        self._enter(subject.history, grown, self._before, [tally.before for tally in tallies])

    def _enter(self, history: History, grown: list[Growth], period: Period, sides: list[_Side]) -> None:
        rules = self._setting.rules
        done = conduct(history, grown, period, rules)
        for side in sides:
            side.conduct.add(done)
        if (currency := currency_of(history)) is not None:
            made = account_of(history, currency, period, rules, self._setting.reference.catalogue)
            existing = bool(history.purchases) and history.purchases[0].time < period.starts
            for side in sides:
                side.ledger.enter(currency, made, existing=existing)

    def found(self) -> Found:
        """`{now, before, all, segments}`."""
        return Found({"now": _told(self._now), "before": _told(self._before), **self._groups.to_json(self._tell)})

    def _tell(self, tally: _Tally) -> dict[str, Any]:
        z, everybody = self._setting.rules.rates.confidence_z, self._groups.everybody
        of_all = changes(everybody.now.ledger, everybody.before.ledger)
        known = self._setting.members_known or tally is everybody
        return {
            "customers": tally.customers if known else None,
            "reason": None if known else NOBODY_KNOWN,
            "currencies": told_books(tally.now.ledger, tally.before.ledger, of_all, beside=tally is not everybody),
            "now": tally.now.conduct.to_json(z),
            "before": tally.before.conduct.to_json(z),
        }


def _told(period: Period) -> dict[str, str]:
    return {"starts": rfc3339(period.starts), "ends": rfc3339(period.ends)}
