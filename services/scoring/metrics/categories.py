"""Categories: how much of what we offer the customer takes from us, and how evenly."""

from collections.abc import Mapping
from decimal import Decimal
from math import fsum, log

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import Metric, amount, counted, latest, metric
from services.scoring.metrics.purchases import nothing_bought
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules

_ZERO = Decimal(0)


def categories(history: History, rules: Rules, reference: Reference | None) -> Metric:
    """Mean of breadth k/K and evenness H/ln K, times 100 (H: Shannon 1948; the mean is this project's own).

    `value`: the offered categories with positive net spend, k. Null when net spend is not positive or
    fewer than two categories are offered.
    """
    bought = history.spent(history.start, history.as_of)
    net = history.spend
    offered = offered_to(history, rules, reference)
    spend = {name: net[name] for name in sorted(net) if name in offered}
    taken = {name: value for name, value in spend.items() if value > 0}
    known = sum(spend.values(), _ZERO) > 0 and len(offered) > 1
    breadth = 100 * len(taken) / len(offered) if known else None
    evenness = 100 * _entropy(taken) / log(len(offered)) if known else None
    return metric(
        score=None if breadth is None or evenness is None else (breadth + evenness) / 2,
        value=None if reference is None else len(taken),
        unit="offered categories bought",
        inputs={
            "breadth": None if breadth is None else rounded(breadth),
            "evenness": None if evenness is None else rounded(evenness),
            "bought": len(taken),
            "offered": None if reference is None else len(offered),
            "currency": history.currency,
            "spend": {name: amount(value) for name, value in spend.items()},
            "not_offered": None if reference is None else _left_out(net, offered),
            "other_currencies": _others(history),
        },
        n=len(bought),
        evidence=latest([purchase.fact for purchase in bought]),
        reason=_reason(history, len(taken), len(offered), evenness, reference is not None),
        rules=rules,
    )


def offered_to(history: History, rules: Rules, reference: Reference | None) -> frozenset[str]:
    """The categories on offer as of the history's date; none without a reference."""
    if reference is None:
        return frozenset()
    return reference.catalogue.offered(history.as_of.date()) - {rules.unknown_category}


def _left_out(net: Mapping[str, Decimal], offered: frozenset[str]) -> dict[str, str]:
    return {name: amount(net[name]) for name in sorted(net) if name not in offered}


def _entropy(spend: Mapping[str, Decimal]) -> float:
    total = float(sum(spend.values(), _ZERO))
    shares = [float(value) / total for value in spend.values()]
    return -fsum(share * log(share) for share in shares if share > 0)


def _others(history: History) -> dict[str, str]:
    """Net spend in currencies other than the main one: shown, never added."""
    net: dict[str, Decimal] = {}
    for purchase in history.recent(history.purchases):
        if purchase.currency != history.currency:
            paid = sum((line.paid for line in purchase.lines), _ZERO)
            net[purchase.currency] = net.get(purchase.currency, _ZERO) + paid
    return {currency: amount(net[currency]) for currency in sorted(net)}


def _reason(history: History, taken: int, offered: int, evenness: float | None, compared: bool) -> str:
    if not history.spent(history.start, history.as_of):
        return nothing_bought(history.recent(history.purchases), history.currency)
    if not compared:
        return "What is on offer is not known: no reference of the customer base has been made yet."
    if offered < 2:
        return f"{counted(offered, 'category', 'categories')} on offer: there is no range to choose from."
    if evenness is None:
        return "Nothing was spent, net of returns, in the categories on offer."
    return (
        f"Bought in {taken} of {offered} categories on offer; the spending is {evenness:.0f} % as even as it could be."
    )
