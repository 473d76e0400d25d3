"""Root causes of complaints that recur: met more customers in the last period than they used to (K09)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from services.scoring.metrics.cases import Case
from services.scoring.metrics.history import History
from services.scoring.metrics.timeline import between
from services.scoring.studies.periods import Period
from services.scoring.studies.proportions import told_share
from shared.proportions import wilson

LEAST = 3
"""Customers from which on a cause can recur: two may be a coincidence, whatever the interval says."""


class Causes:
    """Counts by period who was there – bought, or had a case settled – and of how many of them by which cause."""

    def __init__(self, periods: Sequence[Period]) -> None:
        self._periods = periods
        self._there = [0] * len(periods)
        self._met: list[Counter[str]] = [Counter() for _ in periods]

    def add(self, history: History) -> None:
        """One more customer; of several cases by one cause in a period, one counts."""
        settled = list(_settled(history.cases))
        for at, (starts, ends, _) in enumerate(self._periods):
            causes = {cause for time, cause in settled if starts <= time < ends}
            self._met[at].update(causes)
            self._there[at] += bool(causes or between(history.bought, starts, ends))

    def recurring(self, z: float) -> list[dict[str, Any]]:
        """`[{root_cause, before, now}]`, the most frequent first; `z`: the normal quantile of the intervals.

        A cause recurs that met at least three customers, where the interval of its share lies above the share before.
        None does where nobody was there before.
        """
        (*earlier, now), n = self._met, sum(self._there[:-1])
        found = []
        for cause, count in sorted(now.items(), key=lambda item: (-item[1], item[0])):
            before = sum(met[cause] for met in earlier)
            if n and count >= LEAST and wilson(count, self._there[-1], z).low > before / n:
                shares = told_share(before, n, z), told_share(count, self._there[-1], z)
                found.append({"root_cause": cause, "before": shares[0], "now": shares[1]})
        return found


def _settled(cases: Sequence[Case]) -> Iterator[tuple[datetime, str]]:
    """When each case was resolved for good as far as is known, and its root cause."""
    for case in cases:
        last = case.resolved[-1] if case.resolved else None
        if last and "root_cause" in last.data and not (case.reopened and case.reopened[-1].order > last.order):
            yield last.time, last.data["root_cause"]
