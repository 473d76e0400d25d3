"""Fitting a value model to a population: maximum likelihood over everybody who bought."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np
from scipy.optimize import minimize

from services.scoring.metrics.buying import Buyings, Spends
from services.scoring.metrics.value_model import Errors, Law, Spending, ValueModel
from services.scoring.studies.likelihoods import Base, Buying, Likelihood, Numbers, Paying

REPEAT_BUYERS = 30
"""Before laws are fitted; and in one currency, before its spending is. Fewer show no law, if they show anything."""
_LOWEST, _HIGHEST = math.log(1e-5), math.log(1e7)
"""Between which a parameter's logarithm is looked for; one that runs to an end was not found."""
_STEEPEST = 1e-5
"""Of the slope of the mean log-likelihood at its top."""
_STEP = 1e-4
"""Of a parameter's logarithm, to see how the slope changes."""


def fit(
    buyings: Buyings, *, unit_days: float, until: date, least: int, previous: ValueModel | None, as_of: datetime
) -> ValueModel | None:
    """The model of those who bought up to the day `until`, their age counted to it.

    Where fewer than `least` bought or `REPEAT_BUYERS` bought again, or either law does not converge: `previous`,
    marked as not converged, or None. A currency of too few repeat buyers, or whose law does not converge, keeps what
    `previous` knew of it, if it did.
    """
    laws = _laws(buyings, unit_days) if len(buyings) >= least else None
    if laws is None:
        return replace(previous, converged=False) if previous else None
    known = previous.spending if previous else {}
    return ValueModel(
        unit_days=unit_days,
        until=until,
        customers=len(buyings),
        mbg=laws[0],
        bg=laws[1],
        spending=dict(sorted((dict(known) | _spendings(buyings)).items())),
        converged=True,
        fitted_as_of=as_of,
    )


def fit_law(base: Base, *, modified: bool) -> Law | None:
    """The MBG/NBD (`modified`) or BG/NBD law of this base; None where it does not converge."""
    pace = (base.over(base.t) + 1) / (base.over(base.x) + 1)
    starts = [(r, r * pace, a, b) for r, a, b in ((0.5, 1.0, 2.0), (2.0, 0.2, 2.0), (0.1, 2.0, 10.0))]
    likelihood = Buying(base, modified)
    found = _top(likelihood, starts)
    if found is None:
        return None
    r, alpha, a, b = np.exp(found).tolist()
    errors = _errors(likelihood, found, base.size)
    return Law(r, alpha, a, b, log_likelihood=-likelihood(found)[0] * base.size, errors=errors)


def fit_spending(spends: Spends) -> Spending | None:
    """The Gamma-Gamma law of these repeat buyers; None where it does not converge or its mean is infinite (q ≤ 1).

    It is looked for in units of the mean spend, so that it is found alike in any currency.
    """
    scale = float(spends.mean.mean())
    likelihood = Paying.of(spends._replace(mean=spends.mean / scale))
    found = _top(likelihood, [(2.0, 3.0, 1.0), (10.0, 10.0, 1.0), (0.5, 2.0, 2.0)])
    if found is None or found[1] <= 0:
        return None
    n = len(spends.x)
    p, q, v = np.exp(found).tolist()
    return Spending(p, q, v * scale, log_likelihood=-n * (likelihood(found)[0] + math.log(scale)), customers=n)


def _laws(buyings: Buyings, unit_days: float) -> tuple[Law, Law] | None:
    histories = buyings.histories()
    if np.count_nonzero(histories.x) < REPEAT_BUYERS:
        return None
    base = Base.of(histories, unit_days)
    mbg, bg = fit_law(base, modified=True), fit_law(base, modified=False)
    return (mbg, bg) if mbg and bg else None


def _spendings(buyings: Buyings) -> dict[str, Spending]:
    enough = {name: spends for name, spends in buyings.spends().items() if len(spends.x) >= REPEAT_BUYERS}
    fitted = {name: fit_spending(spends) for name, spends in enough.items()}
    return {name: law for name, law in fitted.items() if law is not None}


def _errors(likelihood: Likelihood, logs: Numbers, size: float) -> Errors | None:
    """Standard errors by the observed information, in logarithms, and the delta method; None where it is singular."""
    steps = _STEP * np.eye(len(logs))
    slopes = [(likelihood(logs + step)[1] - likelihood(logs - step)[1]) / (2 * _STEP) for step in steps]
    information = size * (np.array(slopes) + np.array(slopes).T) / 2
    if np.min(np.linalg.eigvalsh(information)) <= 0:
        return None
    spread, (r, alpha, a, b) = np.linalg.inv(information), np.exp(logs)
    staying = a * b / (a + b) ** 2
    each = np.diag([r, alpha, a, b, 1.0])[:, :4]
    each[4] = 0, 0, staying, -staying  # the slopes of a/(a + b) by the logarithms of a and b
    return Errors(*np.sqrt(np.diag(each @ spread @ each.T)).tolist())


def _top(likelihood: Likelihood, starts: Sequence[tuple[float, ...]]) -> Numbers | None:
    """The logarithms of the likeliest parameters, from the first of the `starts` that leads to a top; else None."""
    for start in starts:
        found = minimize(
            likelihood,
            np.log(np.array(start)),
            jac=True,
            method="L-BFGS-B",
            bounds=[(_LOWEST, _HIGHEST)] * len(start),
            options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 1000},
        )
        inside = np.all((found.x > _LOWEST) & (found.x < _HIGHEST))
        if found.success and inside and np.max(np.abs(found.jac)) < _STEEPEST:
            return np.asarray(found.x)
    return None
