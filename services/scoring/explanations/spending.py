"""How Categories, and Cost, profitability and value, come about."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from services.scoring.explanations.explanation import Basis, Number, Use, Working, step, uses
from services.scoring.explanations.parts import MEAN, changes, rank
from services.scoring.metrics.account import Account, account, given, recorded, ruled_cost, sell
from services.scoring.metrics.categories import offered_to
from services.scoring.metrics.cost import Profit, profit
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import amount
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.timeline import between

_CONTRIBUTION = "revenue - goods - visits - complaints - remedies - gestures - acquisition"
_SHARED = "round(100 * min(1, max(0, (listed - revenue + points + gestures) / (listed - goods) / target)), 4)"
_ZERO = Decimal(0)


def categories(basis: Basis) -> Working:
    """Net spend by category, and what is on offer."""
    history, measured = basis.history, basis.card.cs["categories"]
    bought = history.spent(history.start, history.as_of)
    offered = offered_to(history, basis.rules, basis.reference)
    net = {name: history.spend[name] for name in sorted(history.spend) if name in offered and history.spend[name] > 0}
    numbers: dict[str, Any] = {
        "spend": {name: amount(paid) for name, paid in net.items()},
        "total": amount(sum(net.values(), _ZERO)),
        "offered": len(offered),
    }
    evenness = "100 * -sum(spend / total * ln(spend / total)) / ln(offered)"
    steps = step("breadth", "round(100 * bought / offered, 4)", measured.inputs["breadth"],
                 bought=len(net), offered=len(offered))  # fmt: skip
    steps += step("evenness", f"round({evenness}, 4)", measured.inputs["evenness"], **numbers)
    whole = f"round((100 * bought / offered + {evenness}) / 2, 4)"
    return Working(
        formula="mean of breadth 100·k/K and evenness 100·H/ln K, H = −Σ p·ln p over the offered categories bought",
        known_when="two categories are on offer, as a close knows them, and the net spend in them is positive",
        steps=steps + step("score", whole, measured.score, bought=len(net), **numbers),
        uses=[Use(each.fact, "purchase", {"paid": _paid(each)}) for each in bought] + changes(history, bought),
        rules=("window", "unknown_category"),
        reference_inputs={"offered": sorted(offered)} if basis.reference else {},
    )


def _paid(purchase: Purchase) -> dict[str, Number]:
    net: dict[str, Decimal] = {}
    for line in purchase.lines:
        net[line.category] = net.get(line.category, _ZERO) + line.paid
    return {name: amount(net[name]) for name in sorted(net)}


def cost(basis: Basis) -> Working:
    """The account of the window and of the year before, ranked."""
    history, measured = basis.history, basis.card.cs["cost_profitability_value"]
    found = profit(history, basis.rules, None if basis.reference is None else basis.reference.catalogue)
    level = rank(basis, "contribution_rank", f"contribution:{history.currency}", _float(found.contribution))
    trend = rank(basis, "change_rank", f"contribution_change:{history.currency}", _float(found.change))
    shared = measured.inputs["shared_back_score"]
    parts = {"contribution": level.percentile, "change": trend.percentile, "shared_back": shared}
    part: dict[str, Number] = {name: each for name, each in parts.items() if each is not None}
    made = found.account
    numbers: dict[str, Any] = {
        "listed": made.listed, "revenue": made.revenue, "goods": made.goods,
        "points": made.points, "gestures": made.gestures,
    }  # fmt: skip
    steps = _contributions(basis, found) + level.steps + trend.steps
    steps += step("shared_back", _SHARED, shared, target=basis.rules.shared_back_target, **_amounts(numbers))
    return Working(
        formula="mean of the mid-rank of contribution, of that of its change on the year before, and of "
        "100·min(1, shared back/target)",
        known_when="something was bought in the window of which the cost, or a margin of its category, is known",
        steps=steps + step("score", MEAN, measured.score, part=part),
        uses=_entries(basis, found),
        rules=("window", "ruled_costs", "shared_back_target", "least_population"),
        reference_inputs={**level.inputs, **trend.inputs, "assumed_margins": _amounts(made.assumed)},
    )


def _contributions(basis: Basis, found: Profit) -> list[Any]:
    """The contribution of the window, and its change on the year before."""
    if found.contribution is None:
        return []
    steps = step("contribution", _CONTRIBUTION, amount(found.contribution), **_account(found.account))
    if found.change is not None:
        before = amount(found.contribution - found.change)
        numbers = {"contribution": amount(found.contribution), "before": before}
        steps += step("contribution_before", _CONTRIBUTION, before, **_account(_year_before(basis)))
        steps += step("change", "contribution - before", amount(found.change), **numbers)
    return steps


def _year_before(basis: Basis) -> Account:
    history, rules = basis.history, basis.rules
    catalogue = None if basis.reference is None else basis.reference.catalogue
    return account(history, history.start - rules.window, history.start, rules, catalogue)


def _account(made: Account) -> dict[str, Any]:
    names = ("revenue", "goods", "visits", "complaints", "remedies", "gestures", "acquisition")
    return {name: amount(getattr(made, name)) for name in names}


def _entries(basis: Basis, found: Profit) -> list[Use]:
    """Everything on the account; that of the year before only where there is a change on it."""
    history = basis.history
    start = history.start if found.change is None else history.start - basis.rules.window
    sales = history.spent(start, history.as_of)
    ruled = ruled_cost(history, basis.rules)
    entries = [Use(each.fact, "sale", _sale(basis, each)) for each in sales] + changes(history, sales)
    entries += uses(_facts(history.visits, history, start), "visit", cost=amount(ruled.visit))
    entries += uses(_facts(history.cases, history, start), "complaint", cost=amount(ruled.complaint))
    for name, facts in given(history).items():
        field = "value" if name == "points" else "cost"
        for fact in between(facts, start, history.as_of):
            entries.append(Use(fact, name, {field: amount(recorded([fact], field, history.currency))}))
    return entries


def _sale(basis: Basis, purchase: Purchase) -> dict[str, Any]:
    """What one purchase adds to the account."""
    made, catalogue = Account(), None if basis.reference is None else basis.reference.catalogue
    sell(made, [purchase], basis.history.as_of.date(), catalogue)
    return _amounts({"listed": made.listed, "revenue": made.revenue, "goods": made.goods})


def _facts(things: Sequence[Any], history: History, start: Any) -> Iterable[Any]:
    return (each.fact for each in between(things, start, history.as_of))


def _amounts(values: dict[str, Any]) -> dict[str, Any]:
    return {name: amount(values[name]) for name in values}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
