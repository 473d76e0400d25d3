"""What several explanations share: a rank among customers, and what became of purchases."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from services.scoring.explanations.explanation import Basis, Step, Use, step, uses
from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.reference import ranked
from shared.events.purchases import PurchaseCorrected

DAY = timedelta(days=1)
MEAN = "round(mean(part), 4)"
"""The score is the mean of the parts that are known."""


class Rank(NamedTuple):
    """Where a value stands among the population's; no step where either is not known."""

    percentile: float | None
    steps: list[Step]
    inputs: dict[str, Any]


def rank(basis: Basis, name: str, values: str, value: float | None) -> Rank:
    """The mid-rank of `value` among the reference's `values`."""
    reference = basis.reference
    members = None if reference is None else reference.values.get(values)
    if reference is None or members is None or value is None:
        return Rank(None, [], {})
    below, equal = members.standing(value)
    found = ranked(reference.values, values, value, basis.rules)
    inputs = {"size": members.size, "below": below, "equal": equal}
    return Rank(found, step(name, "round(100 * (below + equal / 2) / size, 4)", found, **inputs), {values: inputs})


def changes(history: History, bought: Iterable[Purchase]) -> list[Use]:
    """What corrected these purchases, and what came back of them."""
    subjects = {each.fact.subject for each in bought}
    corrections = [fact for fact in history.of(PurchaseCorrected.TYPE) if fact.subject in subjects]
    returns = [fact for fact in history.returns if fact.data["purchase"] in subjects]
    return uses(corrections, "correction of a purchase") + uses(returns, "return, taken off its purchase")


def about(facts: Sequence[Fact], subjects: Iterable[str], counts_as: str) -> list[Use]:
    """Those of these facts that speak of one of these subjects."""
    wanted = set(subjects)
    return uses((fact for fact in facts if fact.subject in wanted), counts_as)
