"""The default objectives, which hold for a customer for whom nobody set any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.course import Phase
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import counted, mean
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rhythm import Limit, in_days, silence_limit
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between


@dataclass(frozen=True, slots=True)
class Defaults:
    """Keep the rhythm and, from extension on, try a category that is new to the customer.

    `silence`: days since the last purchase; `limit`: how long is still usual; `new`: the categories tried of
    late, None before extension. None throughout: not known.
    """

    silence: float | None
    limit: Limit | None
    new: list[str] | None

    @property
    def rhythm(self) -> float | None:
        """100 within the limit, 0 at twice the limit and after, linear in between."""
        if self.silence is None or self.limit is None:
            return None
        return rounded(100 * min(1.0, max(0.0, 2 - self.silence / in_days(self.limit.length))))

    @property
    def widening(self) -> float | None:
        """100 where a new category was tried, else 0."""
        return None if self.new is None else 100.0 * bool(self.new)

    @property
    def score(self) -> float | None:
        """The mean of both, as far as known."""
        return mean((self.rhythm, self.widening))

    def inputs(self) -> dict[str, Any]:
        """What the score was computed from, ready for JSON."""
        return {
            "rhythm": self.rhythm,
            "silence_days": None if self.silence is None else rounded(self.silence),
            "limit_days": None if self.limit is None else rounded(in_days(self.limit.length)),
            "limit_basis": None if self.limit is None else self.limit.basis,
            "new_category": self.widening,
            "new_categories": self.new,
        }

    def reason(self) -> str:
        """In one sentence."""
        if self.silence is None:
            return "No purchase yet and no objective to judge."
        said = f"Last bought {counted(int(self.silence), 'day')} ago"
        if self.limit is None:
            return f"{said}; too few purchases to tell what is usual, and no reference of the customer base to go by."
        usual = f"up to {in_days(self.limit.length):.0f} days are usual by {self.limit.basis}"
        if self.new is None:
            return f"{said}; {usual}."
        tried = counted(len(self.new), "new category", "new categories") if self.new else "no new category"
        return f"{said}; {usual}; {tried} tried of late."


def defaults(history: History, phase: Phase | None, rules: Rules, reference: Reference | None) -> Defaults:
    """The default objectives of this customer."""
    return Defaults(
        silence=in_days(history.as_of - history.purchases[-1].time) if history.purchases else None,
        limit=silence_limit(history.days, reference, rules.silence),
        new=_new_categories(history, rules) if phase is Phase.EXTENSION else None,
    )


def _new_categories(history: History, rules: Rules) -> list[str]:
    """Categories bought of late and never before, in alphabetical order."""
    late = between(history.purchases, history.as_of - rules.new_category, history.as_of)
    earlier = history.purchases[: len(history.purchases) - len(late)]
    return sorted(_kept(late) - _kept(earlier) - {rules.unknown_category})


def turns(history: History, rules: Rules) -> list[datetime]:
    """When each category that is new by now is new no longer: a moment after its first purchase came of age."""
    new, late = _new_categories(history, rules), history.as_of - rules.new_category
    first: dict[str, datetime] = {}
    for purchase in between(history.purchases, late, history.as_of) if new else ():
        for category in _kept((purchase,)).intersection(new):
            first.setdefault(category, purchase.time)
    return [time + rules.new_category + MOMENT for time in first.values()]


def _kept(bought: Sequence[Purchase]) -> set[str]:
    return {line.category for purchase in bought for line in purchase.lines if line.dropped is None}
