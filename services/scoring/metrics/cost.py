"""Cost, profitability and value: what the customer earns us, how that moves, and what we share of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from services.scoring.metrics.account import Account, account
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, amount, counted, latest, mean, metric
from services.scoring.metrics.purchases import nothing_bought
from services.scoring.metrics.reference import Reference, ranked, unranked
from services.scoring.metrics.rules import Rules


class Profit(NamedTuple):
    """The account of the window, and the change of contribution on the year before where both are known."""

    account: Account
    contribution: Decimal | None
    change: Decimal | None


def profit(history: History, rules: Rules, catalogue: Catalogue | None) -> Profit:
    """A customer's profit in the main currency; without a catalogue only recorded costs are known."""
    this = account(history, history.start, history.as_of, rules, catalogue)
    before = account(history, history.start - rules.window, history.start, rules, catalogue)
    contribution = this.contribution if this.known else None
    change = this.contribution - before.contribution if this.known and before.known else None
    return Profit(this, contribution, change)


def cost(history: History, rules: Rules, reference: Reference | None, found: Profit | None = None) -> Metric:
    """Mean of the percentiles of contribution and of its change, and of the margin shared back to target.

    `value`: the contribution of the window, money in the main currency. Null where no cost is known. `found`: the
    profit, where the caller has it already. Contribution as usual in customer profitability analysis; the mean is
    this project's own.
    """
    found = found or profit(history, rules, None if reference is None else reference.catalogue)
    made, shared = found.account, found.account.shared_back
    level = _rank(reference, f"contribution:{history.currency}", found.contribution, rules)
    trend = _rank(reference, f"contribution_change:{history.currency}", found.change, rules)
    back = None if shared is None or not made.known else _shared(shared, rules)
    return metric(
        score=mean((level, trend, back)),
        value=found.contribution,
        unit=f"{history.currency or 'money'} contribution",
        inputs={
            "contribution_percentile": level,
            "change": None if found.change is None else amount(found.change),
            "change_percentile": trend,
            "shared_back": None if shared is None else rounded(float(shared)),
            "shared_back_score": back,
            **_inputs(made, history, rules),
        },
        n=made.purchases,
        evidence=latest([purchase.fact for purchase in history.spent(history.start, history.as_of)]),
        reason=_reason(found, history, level, back, unranked(reference, rules)),
        rules=rules,
    )


def _rank(reference: Reference | None, name: str, value: Decimal | None, rules: Rules) -> float | None:
    if reference is None or value is None:
        return None
    return ranked(reference.values, name, float(value), rules)


def _shared(shared: Decimal, rules: Rules) -> float:
    return rounded(100 * min(1.0, max(0.0, float(shared) / rules.shared_back_target)))


def _inputs(made: Account, history: History, rules: Rules) -> dict[str, object]:
    return {
        "currency": history.currency,
        "net_revenue": amount(made.revenue),
        "cost_of_goods": amount(made.goods),
        "visits": amount(made.visits),
        "complaints": amount(made.complaints),
        "remedies": amount(made.remedies),
        "gestures": amount(made.gestures),
        "acquisition": amount(made.acquisition),
        "discounts": amount(made.discounts),
        "points_spent": amount(made.points),
        "ruled_costs": history.currency in rules.ruled_costs,
        "assumed_margins": _amounts(made.assumed),
        "left_out": _amounts(made.left_out),
    }


def _amounts(by_category: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: amount(by_category[name]) for name in sorted(by_category)}


def _reason(found: Profit, history: History, level: float | None, back: float | None, unknown: str) -> str:
    made = found.account
    if not made.purchases:
        return nothing_bought(history.recent(history.purchases), history.currency)
    if not made.known:
        return f"The cost of {counted(made.purchases, 'purchase')} is not known, nor a margin to assume."
    said = f"Contributed {found.contribution:.2f} {history.currency} from {counted(made.purchases, 'purchase')}"
    if made.assumed:
        said += f", with an assumed margin in {counted(len(made.assumed), 'category', 'categories')}"
    said += f"; {unknown}" if level is None else f", mid-rank {level:.0f} of 100 among customers"
    return (
        f"{said}." if back is None else f"{said}; {100 * float(made.shared_back or 0):.0f} % of the margin shared back."
    )
