"""How the customer value comes about: from purchase days, by the value model of the base."""

from dataclasses import asdict
from typing import Any

import numpy as np

from services.scoring.explanations.aims import bought
from services.scoring.explanations.explanation import Basis, Step, Working, step
from services.scoring.explanations.parts import DAY
from services.scoring.metrics.account import account
from services.scoring.metrics.buyer import Buyer, Purse, buyer, earned, margin_of, purse
from services.scoring.metrics.metric import amount
from services.scoring.metrics.purchasing import (
    discounted_purchases,
    expected_purchases,
    expected_spend,
    p_alive,
    units,
    while_alive,
)
from services.scoring.metrics.value_model import Spending, ValueModel

_ALIVE = "1 / (1 + a / (b + x) * ((alpha + t) / (alpha + t_x)) ** (r + x))"
_EXPECTED = "p_alive * while_alive"
_DISCOUNTED = "p_alive * sum(factor * (upto - before))"
_SPEND = "p * (v + x * mean) / (p * x + q - 1)"


def value(basis: Basis) -> Working:
    """Probability alive, purchases, spend and margin, and what they are worth together."""
    return Working(
        formula="clv = expected purchase days, discounted · expected spend on one · own margin; P(alive) and purchase "
        "days by MBG/NBD, spend by Gamma-Gamma",
        known_when="something was bought, a close fitted a model of that currency, and a cost or a margin is known",
        steps=expectations(basis) + _money(basis),
        uses=bought(basis),
        rules=("value", "window"),
        reference_inputs=model_of(basis),
    )


def model_of(basis: Basis) -> dict[str, Any]:
    """The model's parameters, those of the customer's own currency."""
    model = None if basis.reference is None else basis.reference.model
    if model is None:
        return {}
    spending = model.spending.get(basis.history.currency or "")
    told = {name: each for name, each in model.to_json().items() if name not in ("spending", "bg")}
    return {"model": told | {"spending": None if spending is None else asdict(spending)}}


def _known(basis: Basis) -> tuple[ValueModel, Buyer] | None:
    model = None if basis.reference is None else basis.reference.model
    buys = buyer(basis.history, basis.history.as_of)
    return None if model is None or buys is None else (model, buys)


def expectations(basis: Basis) -> list[Step]:
    """Probability alive first, then the purchase days expected over the horizon."""
    known = _known(basis)
    if known is None:
        return []
    model, buys = known
    law, (x, t_x, t) = model.mbg, buys.within(model.unit_days)
    alive, horizon = p_alive(law, x, t_x, t), basis.rules.value.horizon / DAY / model.unit_days
    steps = step("p_alive", _ALIVE, alive, r=law.r, alpha=law.alpha, a=law.a, b=law.b, x=x, t_x=t_x, t=t)
    expected = expected_purchases(law, x, t_x, t, horizon)
    upto = float(while_alive(law, x, t, np.array([horizon]), modified=True)[0])
    return steps + step("expected_purchases", _EXPECTED, expected, p_alive=alive, while_alive=upto)


def _money(basis: Basis) -> list[Step]:
    """The discounted purchase days, the spend on one, the margin, and their product."""
    known, reference, history = _known(basis), basis.reference, basis.history
    if known is None or reference is None:
        return []
    model, buys = known
    window = account(history, history.start, history.as_of, basis.rules, reference.catalogue)
    made = earned(window, history, basis.rules, reference.catalogue)
    kept = margin_of(window, history, basis.rules, reference.catalogue)
    spends = purse(history, history.as_of, kept)
    spending = None if spends is None else model.spending.get(spends.currency)
    if spends is None or spending is None:
        return []
    spend = expected_spend(spending, buys.x, spends.mean_spend)
    purchases = _discounted(basis, model, buys)
    steps = purchases + step("spend", _SPEND, spend, **_days(spending, buys, spends))
    numbers = {"revenue": amount(made.revenue), "goods": amount(made.goods)}
    steps += step("margin", "(revenue - goods) / revenue", kept, **numbers)
    found = basis.card.value.clv
    if found is None or kept is None:
        return steps
    product = "round(purchases * spend * margin, 2)"
    return steps + step("clv", product, amount(found), purchases=purchases[0].result, spend=spend, margin=kept)


def _days(spending: Spending, buys: Buyer, spends: Purse) -> dict[str, float]:
    return {"p": spending.p, "q": spending.q, "v": spending.v, "x": buys.x, "mean": spends.mean_spend}


def _discounted(basis: Basis, model: ValueModel, buys: Buyer) -> list[Step]:
    """Purchase days expected by the end of each unit of time, those of a unit discounted from the middle of it."""
    law, rules, (x, t_x, t) = model.mbg, basis.rules.value, buys.within(model.unit_days)
    horizon = rules.horizon / DAY / model.unit_days
    ends, factors = units(horizon, model.unit_days, rules.discount)
    upto = while_alive(law, x, t, ends, modified=True).tolist()
    return step(
        "purchases",
        _DISCOUNTED,
        discounted_purchases(law, x, t_x, t, horizon, unit_days=model.unit_days, yearly_discount=rules.discount),
        p_alive=p_alive(law, x, t_x, t),
        factor=factors.tolist(),
        upto=upto,
        before=[0.0, *upto[:-1]],
    )
