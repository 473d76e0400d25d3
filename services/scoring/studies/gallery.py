"""Every customer's portrait, and the profile of any group of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import amount
from services.scoring.metrics.rules import Rules
from services.scoring.studies import portrait
from services.scoring.studies.columns import Chosen, Columns, Numbers, Words, spread
from services.scoring.studies.proportions import told_share
from services.scoring.studies.study import Subject

MOST_CATEGORIES = 10
_CENT = Decimal("0.01")


class Gallery:
    """Numbers and words of everybody, a row each."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._numbers, self._categories, self._phases = Columns(), Words(), Words()

    @property
    def size(self) -> int:
        """How many customers."""
        return self._numbers.rows

    def add(self, subject: Subject) -> int:
        """One more customer; returns their row."""
        row = self.size
        phase = subject.card.phase
        self._categories.add(row, portrait.categories(subject.history, self._rules))
        self._phases.add(row, [] if phase is None else [str(phase)])
        self._numbers.add(portrait.numbers(subject))
        return row

    def profile(self, chosen: Chosen) -> dict[str, Any]:
        """What the chosen customers are like; money as decimal strings, null where nothing is known of any of them."""
        size = int(chosen.sum())
        return {
            "customers": size,
            "share": rounded(size / self.size) if self.size else None,
            "index": self._spread("index", chosen),
            "cs": self._spreads(portrait.SCORE, chosen, spread),
            "bonds": self._spreads(portrait.BOND, chosen, spread),
            "p_alive": self._spread("p_alive", chosen),
            "clv": self._spreads(portrait.CLV, chosen, _money),
            "purchases": self._spread("purchases", chosen),
            "spend": self._spreads(portrait.SPEND, chosen, _money),
            "categories": self._top(chosen, size),
            "phases": dict(sorted(self._phases.counted(chosen).items())),
            "at_risk": self._share(self.total(portrait.AT_RISK, chosen), size),
            "promotions": self._share(self.total(portrait.ACCEPTED, chosen), self.total(portrait.DELIVERED, chosen)),
        }

    def total(self, name: str, chosen: Chosen) -> int:
        """The sum of a column of counts."""
        return int(self._numbers.known(name, chosen).sum())

    def mean(self, name: str, chosen: Chosen) -> float | None:
        """The mean of a column; None where it is known of none of them."""
        found = self._spread(name, chosen)
        return None if found is None else found["mean"]

    def _spread(self, name: str, chosen: Chosen) -> dict[str, Any] | None:
        return spread(self._numbers.known(name, chosen))

    def _spreads(self, prefix: str, chosen: Chosen, tell: Callable[[Numbers], dict[str, Any] | None]) -> dict[str, Any]:
        found = {name: tell(self._numbers.known(name, chosen)) for name in self._numbers.names(prefix)}
        return {name.removeprefix(prefix): told for name, told in found.items() if told is not None}

    def _share(self, part: int, whole: int) -> dict[str, Any]:
        return told_share(part, whole, self._rules.rates.confidence_z)

    def _top(self, chosen: Chosen, size: int) -> list[dict[str, Any]]:
        counts = sorted(self._categories.counted(chosen).items(), key=lambda each: (-each[1], each[0]))
        return [
            {"category": name, "customers": count, "share": rounded(count / size)}
            for name, count in counts[:MOST_CATEGORIES]
        ]


def _money(numbers: Numbers) -> dict[str, Any] | None:
    """A spread of amounts, as decimal strings in whole cents."""
    found = spread(numbers)
    if found is None:
        return None
    return {"n": found["n"], "mean": _cents(found["mean"]), "quartiles": [_cents(each) for each in found["quartiles"]]}


def _cents(value: float) -> str:
    return amount(Decimal(str(value)).quantize(_CENT) + 0)
