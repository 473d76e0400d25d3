"""Stores rated: by complaints, by how content their customers are, and by how many of these come back."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.activity import active, main_store
from services.scoring.metrics.cases import Case
from services.scoring.metrics.history import History
from services.scoring.metrics.timeline import between
from services.scoring.studies.shrinkage import Base, of_events, of_shares
from services.scoring.studies.store_parts import PER, complaints, rating, share, told_base
from services.scoring.studies.stores import Store
from services.scoring.studies.study import Found, Setting, Subject

CONTENT = 4
"""The CSAT from which on a customer is content."""


@dataclass(slots=True)
class _Counts:
    """Of one store, in the window. `regulars`: customers whose main store it was, active when the period began."""

    transactions: int = 0
    visits: int = 0
    complaints: int = 0
    answers: int = 0
    content: int = 0
    regulars: int = 0
    retained: int = 0


class _Bases(NamedTuple):
    """What the stores are seen beside."""

    complaints: Base
    satisfaction: Base
    retention: Base


class StoreRating:
    """Counts of each store, then its rating; stores that nobody was in are told too, without one."""

    name = "stores"

    def __init__(self, setting: Setting) -> None:
        self.setting, self.rules = setting, setting.rules.stores
        self._stores = {store: _Counts() for store in setting.stores}
        for store, sums in setting.anonymous.items():
            counts = self._of(store)
            counts.transactions += sums.purchases
            counts.visits += sums.visits

    def add(self, subject: Subject) -> None:
        """One more customer: what they did, said and complained of, by store."""
        history = subject.history
        for bill in history.recent(history.bought):
            self._count(bill.fact, "transactions")
        for visit in history.recent(history.visits):
            self._count(visit.fact, "visits")
        for case in history.recent(history.cases):
            if _counts(case, history):
                self._count(case.fact, "complaints")
        for survey in history.recent(history.surveys):
            if "csat" in survey.data:
                self._count(survey, "answers")
                self._count(survey, "content", int(survey.data["csat"] >= CONTENT))
        self._keep(history)

    def found(self) -> Found:
        """`{base, stores: {id: rating}}`."""
        bases, stores = self._bases(), sorted(self._stores)
        content = {
            "base": {
                "complaints": told_base(bases.complaints, PER),
                "satisfaction": told_base(bases.satisfaction),
                "retention": told_base(bases.retention),
            },
            "stores": {store: self._told(store, self._stores[store], bases) for store in stores},
        }
        return Found(content)

    def _of(self, store: str) -> _Counts:
        return self._stores.setdefault(store, _Counts())

    def _count(self, fact: Fact, what: str, number: int = 1) -> None:
        if fact.store is not None:
            counts = self._of(fact.store)
            setattr(counts, what, getattr(counts, what) + number)

    def _keep(self, history: History) -> None:
        """Whether the customer's main store before the last period kept them through it."""
        begins = self.setting.begins
        store = main_store(history, begins - self.setting.rules.window, begins)
        if store is not None and active(history, begins, self.setting.rules):
            counts = self._of(store)
            counts.regulars += 1
            counts.retained += bool(between(history.purchases, begins, history.as_of))

    def _bases(self) -> _Bases:
        each = [self._stores[store] for store in sorted(self._stores)]
        bounds = self.rules.least_base, self.rules.most_base
        return _Bases(
            complaints=of_events([(one.complaints, one.transactions) for one in each if one.transactions], *bounds),
            satisfaction=of_shares([(one.content, one.answers) for one in each], *bounds),
            retention=of_shares([(one.retained, one.regulars) for one in each], *bounds),
        )

    def _told(self, store: str, counts: _Counts, bases: _Bases) -> dict[str, Any]:
        z, known = self.setting.rules.rates.confidence_z, self.setting.stores.get(store, Store(store))
        parts = {
            "complaints": complaints(counts.complaints, counts.transactions, counts.visits, bases.complaints, z),
            "satisfaction": share(counts.content, counts.answers, bases.satisfaction, z),
            "retention": share(counts.retained, counts.regulars, bases.retention, z),
        }
        return {
            "format": known.format,
            "region": known.region,
            "transactions": counts.transactions,
            "visits": counts.visits,
            **parts,
            **rating(
                counts.transactions,
                {name: part["score"] for name, part in parts.items()},
                _evident(counts, bases),
                self.rules,
            ),
        }


def _evident(counts: _Counts, bases: _Bases) -> set[str]:
    """The parts that rest on the store's own evidence."""
    own = _Bases._fields, (counts.transactions, counts.answers, counts.regulars), bases
    return {name for name, n, base in zip(*own, strict=True) if base.rests_on(n)}


def _counts(case: Case, history: History) -> bool:
    """A complaint taken back counts only where we had failed before."""
    return case.withdrawn is None or case.counts(history.as_of)
