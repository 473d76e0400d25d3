"""Retention, repurchase and defection by calendar month and quarter, and how large the loyal base is (S06)."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.scoring.metrics.activity import active, main_store
from services.scoring.metrics.course import Phase
from services.scoring.metrics.history import History
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.risk import gone
from services.scoring.metrics.timeline import between
from services.scoring.studies.periods import Period, calendar, day_of, month_of, observed_since
from services.scoring.studies.study import Found, Setting, Subject

RATES = "rates"
COUNTED = ("n", "retained", "repurchased", "defected", "new", "came_back")
"""What is counted in a period: those active at its start; of them those who bought in it, who bought on at least two
days of it, who were gone at its end; the customers who bought for the first time in it; and of those who were gone
at its end, those who bought in the stretch of `rules.period` after it."""
TOTAL, COHORT, STORE, FORMAT, SEGMENT = GROUPINGS = ("total", "cohort", "store", "format", "segment")
UNKNOWN = "unknown"
_LOYAL = (Phase.RETENTION, Phase.EXTENSION)


class Rates:
    """Counts customers by period and group; `found` tells the counts, so that the shares are made where asked for."""

    name = RATES

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.periods = calendar(setting.as_of, setting.rules.rates.months)
        self._moments = sorted({moment for each in self.periods for moment in (each.starts, each.ends)})
        self._counts: dict[str, dict[str, dict[str, list[int]]]] = {each.name: {} for each in self.periods}
        self._loyal = _nobody(setting)
        self._since: datetime | None = None

    def add(self, subject: Subject) -> None:
        """One more customer; who never bought is in no rate."""
        if not subject.history.purchases:
            return
        self._since = observed_since(self._since, subject.history)
        present = [moment for moment in self._moments if active(subject.history, moment, self.setting.rules)]
        stores: dict[datetime, str | None] = {}
        for period in self.periods:
            counted = self._counted(subject.history, period, present)
            if counted is not None:
                if period.starts not in stores:
                    stores[period.starts] = self._store_before(subject.history, period)
                for by, group in self._groups(subject, stores[period.starts], self._members(subject, period)):
                    _add(self._counts[period.name].setdefault(by, {}), group, counted)
        self._add_loyal(subject)

    def found(self) -> Found:
        """`{confidence_z, following_days, observed_since, segments_as_of, periods, counts, loyal}`.

        `periods`: `[{period, starts, ends, segments, followed}]`, `segments` where those of it are told, `followed`
        where the stretch after it is over; `counts`: by period, grouping and group what `COUNTED` names; `loyal`: by
        grouping and group the size of the loyal base; `observed_since`: null where nobody ever bought.
        """
        return Found(
            {
                "confidence_z": self.setting.rules.rates.confidence_z,
                "following_days": self.setting.rules.period.days,
                "observed_since": None if self._since is None else rfc3339(self._since),
                "segments_as_of": rfc3339(self.setting.begins),
                "periods": [self._told(period) for period in self.periods],
                "counts": self._counts,
                "loyal": self._loyal,
            }
        )

    def _counted(self, history: History, period: Period, present: list[datetime]) -> tuple[int, ...] | None:
        """What they add to what is `COUNTED` in a period; None where nothing. `present`: when they were active."""
        if period.starts not in present:
            first = history.purchases[0].time
            return (0, 0, 0, 0, 1, 0) if period.starts <= first < period.ends else None
        days = bisect_left(history.days, day_of(period.ends)) - bisect_left(history.days, day_of(period.starts))
        left = period.ends not in present and gone(history, period.ends, self.setting.rules)
        back = left and self._followed(period) and between(history.purchases, period.ends, self._follows(period))
        return (1, int(days > 0), int(days > 1), int(left), 0, int(bool(back)))

    def _follows(self, period: Period) -> datetime:
        """The end of the stretch after a period in which who was gone may come back."""
        return period.ends + self.setting.rules.period

    def _followed(self, period: Period) -> bool:
        return self._follows(period) <= self.setting.as_of

    def _store_before(self, history: History, period: Period) -> str | None:
        """The main store as the period starts; of a new customer the store of their first purchase."""
        if history.purchases[0].time >= period.starts:
            return history.purchases[0].fact.store
        return main_store(history, period.starts - self.setting.rules.window, period.starts)

    def _members(self, subject: Subject, period: Period) -> tuple[str, ...]:
        return subject.segments_before if self._tells_segments(period) else ()

    def _tells_segments(self, period: Period) -> bool:
        """Who was in a segment is known of one moment: of a period over by then it would judge by the outcome."""
        return self.setting.members_known and period.ends > self.setting.begins

    def _groups(self, subject: Subject, store: str | None, segments: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        yield TOTAL, TOTAL
        yield COHORT, month_of(subject.history.purchases[0].time)
        if store is not None:
            yield STORE, store
        yield FORMAT, self._format(store)
        for segment in segments:
            yield SEGMENT, segment

    def _format(self, store: str | None) -> str:
        known = None if store is None else self.setting.stores.get(store)
        return UNKNOWN if known is None or known.format is None else known.format

    def _add_loyal(self, subject: Subject) -> None:
        if subject.card.phase not in _LOYAL or subject.card.defection.at_risk:
            return
        store = main_store(subject.history, subject.history.start, subject.history.as_of)
        for by, group in self._groups(subject, store, subject.segments):
            self._loyal[by][group] = self._loyal[by].get(group, 0) + 1

    def _told(self, period: Period) -> dict[str, Any]:
        return {
            "period": period.name,
            "starts": rfc3339(period.starts),
            "ends": rfc3339(period.ends),
            "segments": self._tells_segments(period),
            "followed": self._followed(period),
        }


def _nobody(setting: Setting) -> dict[str, dict[str, int]]:
    """A loyal base of nobody, in every group that is known before the first customer."""
    formats = [store.format or UNKNOWN for store in setting.stores.values()]
    segments = [segment.id for segment in setting.segments.segments]
    known = {TOTAL: [TOTAL], COHORT: [], STORE: setting.stores, FORMAT: formats, SEGMENT: segments}
    return {by: dict.fromkeys(sorted(groups), 0) for by, groups in known.items()}


def _add(counts: dict[str, list[int]], group: str, more: tuple[int, ...]) -> None:
    counted = counts.setdefault(group, [0] * len(COUNTED))
    for at, number in enumerate(more):
        counted[at] += number
