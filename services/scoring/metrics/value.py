"""Customer value: whether they will buy again, how often, and what it is worth to us over the horizon.

Probability alive and purchases by Batislam et al. 2007 (MBG/NBD; BG/NBD beside it: Fader, Hardie & Lee 2005), spend
by Fader & Hardie 2013 (Gamma-Gamma). That it is worth their product, at the customer's own margin, is our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from services.scoring.metrics.account import Account
from services.scoring.metrics.buyer import Buyer, Purse, buyer, margin, margin_of, purse
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import amount, counted
from services.scoring.metrics.population_rules import ValueRules
from services.scoring.metrics.purchasing import expected_purchases, expected_spend, outlook, p_alive, units
from services.scoring.metrics.reference import Reference, ranked
from services.scoring.metrics.rfm import quintiles
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.value_model import ValueModel

_CENT, _MOST = Decimal("0.01"), 1e15
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Value:
    """What a customer is expected to bring over the horizon; None what is not known, and `reason` says why.

    `clv`: discounted contribution before service costs, money in `currency`; `decile`: of it among the customers of
    that currency, 10 the best; `bond_level`: beside it, the loyalty position; `days`: purchase days; `bought`: x, t_x
    and t in units of `unit_days`; `spend`: expected on a purchase day; `margin`: the share of it that we keep; `plain`:
    what BG/NBD says of p_alive and expected purchases; `rfm`: quintiles, 5 the best.
    """

    unit_days: float
    horizon: timedelta
    bond_level: int | None = None
    currency: str | None = None
    days: int = 0
    bought: tuple[int, float, float] | None = None
    rfm: dict[str, int] | None = None
    p_alive: float | None = None
    expected_purchases: float | None = None
    plain: tuple[float, float] | None = None
    spend: Decimal | None = None
    margin: float | None = None
    clv: Decimal | None = None
    decile: int | None = None

    @property
    def reason(self) -> str:
        """What it comes to, or why it is not known, in a sentence."""
        if not self.days:
            return "Nothing was bought yet."
        if self.p_alive is None:
            return "No value model of the customer base has been fitted yet."
        said = (
            f"Still a customer with {100 * self.p_alive:.0f} % probability: {self.expected_purchases:.1f} purchase "
            f"days expected in {counted(self.horizon.days, 'day')}"
        )
        if self.spend is None:
            return f"{said}; too few repeat buyers in {self.currency} tell what a day is worth."
        if self.clv is None:
            return f"{said}; neither a cost nor a margin to assume is known, so not what that is worth."
        said += f", worth {self.clv:.2f} {self.currency}"
        return f"{said}." if self.decile is None else f"{said}, decile {self.decile} of 10."

    def to_json(self) -> dict[str, Any]:
        """The shape of `value` in a scorecard; money as a decimal string."""
        x, t_x, t = self.bought or (None, None, None)
        alive, purchases = self.plain or (None, None)
        return {
            "p_alive": self.p_alive,
            "expected_purchases": self.expected_purchases,
            "clv": None if self.clv is None else amount(self.clv),
            "decile": self.decile,
            "position": {"decile": self.decile, "bond_level": self.bond_level},
            "currency": self.currency,
            "expected_spend": None if self.spend is None else amount(self.spend),
            "margin": self.margin,
            "unit_days": self.unit_days,
            "x": x,
            "t_x": t_x,
            "t": t,
            "bg_nbd": {"p_alive": alive, "expected_purchases": purchases},
            "rfm": self.rfm,
            "n": self.days,
            "reason": self.reason,
        }


def value(
    history: History,
    rules: Rules,
    reference: Reference | None,
    bond_level: int | None = None,
    window: Account | None = None,
) -> Value:
    """The value of a customer whose bonds hold up to `bond_level`; `window`: its account, where known already.

    Null before the customer bought and a close fitted a model; the contribution, where no margin is known, too.
    """
    model = None if reference is None else reference.model
    unit_days = rules.value.unit / _DAY if model is None else model.unit_days
    known = buyer(history, history.as_of)
    if known is None:
        return Value(unit_days, rules.value.horizon, bond_level)
    x, t_x, t = known.within(unit_days)
    made = partial(
        Value,
        unit_days,
        rules.value.horizon,
        bond_level,
        history.currency,
        days=known.x + 1,
        bought=(x, rounded(t_x), rounded(t)),
        rfm=quintiles(history, rules, reference),
    )
    if reference is None or model is None:
        return made()
    spends = purse(history, history.as_of, _margin(history, rules, reference, window))
    return made() if spends is None else made(**_expected(known, spends, rules, reference, model))


def _margin(history: History, rules: Rules, reference: Reference, window: Account | None) -> float | None:
    if window is None:
        return margin(history, rules, reference.catalogue)
    return margin_of(window, history, rules, reference.catalogue)


def _expected(buys: Buyer, spends: Purse, rules: Rules, reference: Reference, model: ValueModel) -> dict[str, Any]:
    """The members of `Value` that the model tells."""
    bought, horizon = buys.within(model.unit_days), rules.value.horizon / _DAY / model.unit_days
    purchases, discounted = _ahead(model, rules.value, buys)
    spending, found = model.spending.get(spends.currency), clv(model, rules.value, buys, spends, discounted)
    return {
        "p_alive": rounded(p_alive(model.mbg, *bought)),
        "expected_purchases": rounded(purchases),
        "plain": (
            rounded(p_alive(model.bg, *bought, modified=False)),
            rounded(expected_purchases(model.bg, *bought, horizon, modified=False)),
        ),
        "spend": None if spending is None else _money(expected_spend(spending, buys.x, spends.mean_spend)),
        "margin": None if spends.margin is None else rounded(spends.margin),
        "clv": found,
        "decile": _decile(found, spends.currency, rules, reference),
    }


def worth(history: History, at: datetime, rules: Rules, reference: Reference | None) -> float | None:
    """The clv as it would be told from the purchases before `at`, in the main currency; None where not known.

    By this reference's model, and at the margin known as of the history: so that two dates differ by what was bought.
    """
    return worths(history, (at,), rules, reference)[0]


def worths(
    history: History, moments: Sequence[datetime], rules: Rules, reference: Reference | None
) -> list[float | None]:
    """What `worth` tells of each of these moments; the margin, which is dear, is found once."""
    model = None if reference is None else reference.model
    if reference is None or model is None:
        return [None] * len(moments)
    kept = margin(history, rules, reference.catalogue)
    return [_worth(history, at, kept, model, rules.value) for at in moments]


def _worth(history: History, at: datetime, kept: float | None, model: ValueModel, rules: ValueRules) -> float | None:
    known, spends = buyer(history, at), purse(history, at, kept)
    found = None if known is None or spends is None else clv(model, rules, known, spends)
    return None if found is None else float(found)


def alive(history: History, at: datetime, reference: Reference | None) -> float | None:
    """The probability at `at` that the customer, by the purchases before, will buy again; None where not known."""
    model, known = None if reference is None else reference.model, buyer(history, at)
    return None if model is None or known is None else p_alive(model.mbg, *known.within(model.unit_days))


def clv(
    model: ValueModel, rules: ValueRules, buys: Buyer, spends: Purse, discounted: float | None = None
) -> Decimal | None:
    """The discounted contribution expected over the horizon, to a hundredth; None where spend or margin is not known.

    `discounted`: the purchase days expected, where the caller has them already. An estimate, made in floats and money
    at the end. Spend is independent of how often one buys (Gamma-Gamma).
    """
    spending = model.spending.get(spends.currency)
    if spending is None or spends.margin is None:
        return None
    purchases = _ahead(model, rules, buys)[1] if discounted is None else discounted
    return _money(purchases * expected_spend(spending, buys.x, spends.mean_spend) * spends.margin)


def _ahead(model: ValueModel, rules: ValueRules, buys: Buyer) -> tuple[float, float]:
    """The purchase days expected over the horizon: how many, and discounted."""
    ahead = units(rules.horizon / _DAY / model.unit_days, model.unit_days, rules.discount)
    return outlook(model.mbg, *buys.within(model.unit_days), ahead)


def _money(estimate: float) -> Decimal | None:
    """To a hundredth; None for what no money is: a bar code that was read as a price, say."""
    return Decimal(estimate).quantize(_CENT) + 0 if abs(estimate) < _MOST else None


def _decile(found: Decimal | None, currency: str, rules: Rules, reference: Reference) -> int | None:
    rank = None if found is None else ranked(reference.values, f"clv:{currency}", float(found), rules)
    return None if rank is None else min(10, 1 + int(rank // 10))
