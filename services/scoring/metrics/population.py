"""The population: what the periodic close gathers, customer by customer, to make a reference.

In order: catalogue; every customer's `contribution`, gathered by a `Census` into a reference; every
customer's card under that reference; its scores, by `with_scores`. A census keeps numbers, never facts.
"""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.communications import dialogue
from services.scoring.metrics.cost import profit
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.failures import FAILURES, failures
from services.scoring.metrics.history import History, read
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rfm import rfm
from services.scoring.metrics.rhythm import gaps, median
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from services.scoring.metrics.tailoring import tailoring


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one customer adds to the reference (not money). `gap`, `first_interval`: days, None while unknown.

    `failures`: those of the window by kind; `values`: the raw values that are ranked in the population.
    """

    gap: float | None
    first_interval: float | None
    failures: Mapping[str, int]
    values: Mapping[str, float]


def contribution(facts: Iterable[Fact], as_of: datetime, rules: Rules, catalogue: Catalogue) -> Contribution:
    """What a customer with these facts adds to the reference of that date."""
    history = read(facts, as_of, rules)
    between_days = gaps(history.days)
    return Contribution(
        gap=median(between_days),
        first_interval=between_days[0] if between_days else None,
        failures=failures(history),
        values=_values(history, rules, catalogue),
    )


def _values(history: History, rules: Rules, catalogue: Catalogue) -> dict[str, float]:
    found = profit(history, rules, catalogue)
    values = {
        f"contribution:{history.currency}": found.contribution,
        f"contribution_change:{history.currency}": found.change,
        "customization": tailoring(history, rules).ratio,
        "answered_share": dialogue(history).answered_share,
    }
    return rfm(history) | {name: float(value) for name, value in values.items() if value is not None}


class Census:
    """A running count of the population: numbers by name, so that a million customers fit in memory."""

    def __init__(self) -> None:
        self._gaps = array("d")
        self._first_intervals = array("d")
        self._failures = dict.fromkeys(FAILURES, 0)
        self._values: dict[str, array[float]] = {}

    def add(self, customer: Contribution) -> None:
        """One more customer."""
        if customer.gap is not None and customer.first_interval is not None:
            self._gaps.append(customer.gap)
            self._first_intervals.append(customer.first_interval)
        for kind in FAILURES:
            self._failures[kind] += customer.failures[kind]
        self.count(customer.values)

    def add_scores(self, card: Scorecard) -> None:
        """One more card: its scores and its index, those that are known."""
        scores = {str(name): measured.score for name, measured in card.cs.items()} | {"index": card.index.value}
        self.count({name: score for name, score in scores.items() if score is not None})

    def count(self, values: Mapping[str, float]) -> None:
        """One more customer's values, by name."""
        for name, value in values.items():
            self._values.setdefault(name, array("d")).append(value)

    def distributions(self) -> dict[str, Distribution]:
        """How the values counted so far are spread, by name in alphabetical order."""
        return {name: Distribution.of(self._values[name]) for name in sorted(self._values)}

    def reference(self, as_of: datetime, revision: int, catalogue: Catalogue) -> Reference:
        """The reference of everybody added, without scores yet."""
        return Reference(
            as_of=as_of,
            revision=revision,
            catalogue=catalogue,
            median_gap=median(self._gaps),
            median_first_interval=median(self._first_intervals),
            base=dict(self._failures),
            values=self.distributions(),
        )


def assemble(contributions: Iterable[Contribution], as_of: datetime, revision: int, catalogue: Catalogue) -> Reference:
    """The reference of these customers, without scores yet; reads the stream once."""
    census = Census()
    for customer in contributions:
        census.add(customer)
    return census.reference(as_of, revision, catalogue)


def with_scores(reference: Reference, cards: Iterable[Scorecard]) -> Reference:
    """The same reference with the spread of these cards' scores; reads the stream once."""
    census = Census()
    for card in cards:
        census.add_scores(card)
    return replace(reference, scores=census.distributions())
