"""How well and how fast a value model is fitted: draws a base from known laws, fits it, and compares.

`PYTHONPATH=. python benchmarks/fit_value.py [customers]`, a million by default. Who leaves when differs by law, so
each is fitted to a base of its own; the time is that of all of `fit` – both laws and the spending – on the first.
"""

import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from services.scoring.metrics.buying import Buyings
from services.scoring.metrics.value_model import Law, Spending, ValueModel
from services.scoring.studies.fitting import fit

UNIT_DAYS = 7.0
CURRENCY = "EUR"
LAW = Law(r=1.0, alpha=15.0, a=0.8, b=2.5, log_likelihood=0.0)
"""Somebody buys on a day in 15 weeks, and leaves after one purchase in four; time in weeks."""
SPENDING = Spending(p=6.25, q=3.74, v=15.44, log_likelihood=0.0, customers=0)
FIRST_DAYS, LAST_DAY = 1460, 1825
"""First purchases fall on any of the days of four years, and are watched up to the end of the fifth."""

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


def drawn(customers: int, seed: int, *, modified: bool) -> Buyings:
    """A base drawn from `LAW` and `SPENDING`, in whole days as a till tells them."""
    random = np.random.default_rng(seed)
    first = random.uniform(0, FIRST_DAYS, customers)
    x, last = _bought(random, first, modified=modified)
    rate = random.gamma(SPENDING.q, 1 / SPENDING.v, customers)
    mean = random.gamma(SPENDING.p * np.maximum(x, 1)) / (rate * np.maximum(x, 1))
    began = first.astype(np.int64)
    buyings = Buyings()
    for row in zip(x.tolist(), (last - began).tolist(), (LAST_DAY - began).tolist(), mean.tolist(), strict=True):
        repeats, t_x, t, spent = row
        buyings.add(repeats, t_x, t, CURRENCY, spent)
    return buyings


def _bought(random: np.random.Generator, first: Real, *, modified: bool) -> tuple[Whole, Whole]:
    """Of each customer, the repeat purchase days and the last of all purchase days.

    The law speaks of purchase days, so what it puts on one day with another is moved to the next.
    """
    rate = random.gamma(LAW.r, 1 / (LAW.alpha * UNIT_DAYS), len(first))
    leaving = random.beta(LAW.a, LAW.b, len(first))
    x, last = np.zeros(len(first), np.int64), first.astype(np.int64)
    active = np.flatnonzero(random.random(len(first)) >= (leaving if modified else 0))
    now = first[active]
    while active.size:
        now = now + random.exponential(1 / np.maximum(rate[active], 1e-12))
        day = np.maximum(now, last[active] + 1).astype(np.int64)
        seen = day <= LAST_DAY
        active, now = active[seen], now[seen]
        x[active] += 1
        last[active] = day[seen]
        stays = random.random(active.size) >= leaving[active]
        active, now = active[stays], now[stays]
    return x, last


def fitted(buyings: Buyings) -> ValueModel:
    """The model of this base."""
    as_of = datetime(2018, 1, 1, tzinfo=UTC)
    model = fit(buyings, unit_days=UNIT_DAYS, until=date(2017, 12, 31), least=100, previous=None, as_of=as_of)
    assert model is not None
    return model


def errors(found: Law | Spending, true: Law | Spending) -> Iterator[tuple[str, float, float, float]]:
    """Of each parameter: its name, true value, value found and relative error."""
    values, wanted = asdict(found), asdict(true)
    for name in set(values) - {"log_likelihood", "customers", "errors"}:
        yield name, wanted[name], values[name], values[name] / wanted[name] - 1


def _tell(title: str, found: Law | Spending, true: Law | Spending) -> None:
    print(title)
    for name, wanted, value, error in sorted(errors(found, true)):
        print(f"  {name:6} true {wanted:8.4f}  found {value:8.4f}  error {100 * error:+.2f} %")


def main(customers: int) -> None:
    """Draw, fit and tell."""
    buyings = drawn(customers, seed=1, modified=True)
    began = time.perf_counter()
    model = fitted(buyings)
    seconds = time.perf_counter() - began
    _tell("MBG/NBD", model.mbg, LAW)
    _tell("BG/NBD", fitted(drawn(customers, seed=2, modified=False)).bg, LAW)
    _tell("Gamma-Gamma", model.spending[CURRENCY], SPENDING)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{customers} customers: both laws and the spending in {seconds:.1f} s")
    print(f"peak memory {peak:.0f} MB, with the drawing")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
