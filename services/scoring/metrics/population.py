"""The population: what the periodic close gathers, customer by customer, to make a reference.

In order: catalogue; every customer's `contribution`, gathered by a `Census` into a reference; the value model
that is fitted on its `buyings`, and by it what each customer is worth; every customer's card under that reference;
its scores, by `with_scores`. A census keeps numbers, never facts.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.buyer import Buyer, Purse, buyer, margin_of, purse
from services.scoring.metrics.buying import Buyings
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.communications import dialogue
from services.scoring.metrics.cost import Profit, profit
from services.scoring.metrics.distribution import Distribution
from services.scoring.metrics.failures import FAILURES, failures
from services.scoring.metrics.history import History, read
from services.scoring.metrics.population_rules import ValueRules
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rfm import rfm
from services.scoring.metrics.rhythm import gaps, median
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from services.scoring.metrics.tailoring import tailoring
from services.scoring.metrics.value import clv
from services.scoring.metrics.value_model import ValueModel


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one customer adds to the reference (not money). `gap`, `first_interval`: days, None while unknown.

    `failures`: those of the window by kind; `values`: the raw values that are ranked in the population; `buyer`,
    `purse`: what the value model learns from, and tells the worth of; None without a purchase.
    """

    gap: float | None
    first_interval: float | None
    failures: Mapping[str, int]
    values: Mapping[str, float]
    buyer: Buyer | None = None
    purse: Purse | None = None


def contribution(facts: Iterable[Fact], as_of: datetime, rules: Rules, catalogue: Catalogue) -> Contribution:
    """What a customer with these facts adds to the reference of that date."""
    history = read(facts, as_of, rules)
    between_days, found = gaps(history.days), profit(history, rules, catalogue)
    return Contribution(
        gap=median(between_days),
        first_interval=between_days[0] if between_days else None,
        failures=failures(history),
        values=_values(history, rules, found),
        buyer=buyer(history, history.as_of),
        purse=purse(history, history.as_of, margin_of(found.account, history, rules, catalogue)),
    )


def _values(history: History, rules: Rules, found: Profit) -> dict[str, float]:
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
        self.buyings, self._earners = Buyings(), _Earners()

    def add(self, customer: Contribution) -> None:
        """One more customer."""
        if customer.gap is not None and customer.first_interval is not None:
            self._gaps.append(customer.gap)
            self._first_intervals.append(customer.first_interval)
        for kind in FAILURES:
            self._failures[kind] += customer.failures[kind]
        self.count(customer.values)
        if customer.buyer is not None and customer.purse is not None:
            self.buyings.add(*customer.buyer, customer.purse.currency, customer.purse.mean_spend)
            self._earners.add(customer.buyer, customer.purse)

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

    def worths(self, model: ValueModel, rules: ValueRules) -> dict[str, Distribution]:
        """What the customers of each currency are worth by this model, as `value` tells it of each: `clv:USD` …"""
        return {f"clv:{currency}": Distribution.of(found) for currency, found in self._earners.worths(model, rules)}

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


class _Earners:
    """Those whose margin is known, by currency: the five numbers of each that make their worth, one after another."""

    def __init__(self) -> None:
        self._columns: dict[str, array[float]] = {}

    def add(self, buys: Buyer, spends: Purse) -> None:
        if spends.margin is not None:
            columns = self._columns.setdefault(spends.currency, array("d"))
            columns.extend((*buys, spends.mean_spend, spends.margin))

    def worths(self, model: ValueModel, rules: ValueRules) -> Iterator[tuple[str, list[float]]]:
        for currency in sorted(self._columns):
            each = iter(self._columns[currency])
            found = (
                clv(model, rules, Buyer(int(x), int(t_x), int(t)), Purse(currency, mean, margin))
                for x, t_x, t, mean, margin in zip(each, each, each, each, each, strict=True)
            )
            yield currency, [float(worth) for worth in found if worth is not None]


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
