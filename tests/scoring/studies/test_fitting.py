"""Fitting a value model: the published figures, known laws found again, and honesty where there is none to find."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from benchmarks.fit_value import LAW, SPENDING, drawn, errors, fitted
from services.scoring.metrics.buying import Buyings
from services.scoring.metrics.purchasing import new_customer
from services.scoring.metrics.value_model import Law, Spending, ValueModel
from services.scoring.studies.fitting import REPEAT_BUYERS, fit, fit_law, fit_spending
from services.scoring.studies.likelihoods import Base, Buying, Likelihood, Numbers, Paying
from tests.scoring.studies import cdnow

AS_OF = datetime(1997, 10, 1, tzinfo=UTC)
PREVIOUS = ValueModel(
    unit_days=7.0,
    until=cdnow.UNTIL - timedelta(days=1),
    customers=1000,
    mbg=Law(0.5, 6.0, 0.9, 1.6, -4000.0),
    bg=Law(0.2, 4.0, 0.8, 2.4, -4000.0),
    spending={"EUR": Spending(6.0, 4.0, 15.0, -2000.0, 400)},
    converged=True,
    fitted_as_of=AS_OF - timedelta(days=1),
)


@cache
def sample() -> Buyings:
    """The CDNOW sample, read once."""
    return cdnow.buyings()


def rows() -> list[tuple[int, int, int]]:
    """x, t_x and t of everybody in it."""
    x, t_x, t = (column.tolist() for column in sample().histories())
    return list(zip(x, t_x, t, strict=True))


def fit_to(buyings: Buyings, previous: ValueModel | None = None, least: int = 100) -> ValueModel | None:
    """What a close of 1997-10-01 fits."""
    return fit(buyings, unit_days=7.0, until=cdnow.UNTIL, least=least, previous=previous, as_of=AS_OF)


def test_S05_the_published_figures_are_found_again() -> None:
    model = fit_to(sample())
    assert model is not None
    assert (model.customers, model.converged, model.until, model.fitted_as_of) == (2357, True, cdnow.UNTIL, AS_OF)
    bg, mbg = model.bg, model.mbg
    assert (bg.r, bg.alpha, bg.a, bg.b) == pytest.approx((0.2426, 4.414, 0.793, 2.426), rel=0.001)
    assert (mbg.r, mbg.alpha, mbg.a, mbg.b) == pytest.approx((0.5248, 6.1831, 0.8914, 1.6140), rel=0.001)
    assert round(bg.log_likelihood, 2) == -9582.43
    assert round(mbg.log_likelihood, 2) == -9582.14
    assert new_customer(bg, 52, modified=False) == pytest.approx(1.444, rel=0.001)
    spending = model.spending[cdnow.CURRENCY]
    assert (round(spending.p, 2), round(spending.q, 2), round(spending.v, 2)) == (6.25, 3.74, 15.44)
    assert spending.customers == 946


@pytest.mark.parametrize("modified", [True, False])
def test_S05_known_laws_are_found_again_in_a_drawn_base(modified: bool) -> None:
    model = fitted(drawn(100_000, 3, modified=modified))
    found = [*errors(model.mbg if modified else model.bg, LAW), *errors(model.spending["EUR"], SPENDING)]
    assert len(found) == 7
    for name, _, _, error in found:
        assert abs(error) < 0.05, name


def test_S05_the_slopes_are_those_of_the_likelihoods() -> None:
    buying, paying = np.log([0.7, 5.0, 0.9, 2.0]), np.log([5.0, 3.0, 10.0])
    base, spends = Base.of(sample().histories(), 7.0), sample().spends()[cdnow.CURRENCY]
    assert slope_error(Buying(base, modified=True), buying) < 1e-5
    assert slope_error(Buying(base, modified=False), buying) < 1e-5
    assert slope_error(Paying.of(spends), paying) < 1e-5


def test_S05_standard_errors_are_those_of_the_likelihood_s_own_curvature() -> None:
    base = Base.of(sample().histories(), 7.0)
    law = fit_law(base, modified=True)
    assert law is not None
    assert law.errors is not None
    top = np.array([law.r, law.alpha, law.a, law.b])
    steps = np.diag(top) * 1e-3

    def likely(at: Numbers) -> float:
        return -base.size * Buying(base, modified=True)(np.log(at))[0]

    def bend(i: Numbers, j: Numbers) -> float:
        """−∂²log L along two parameters, from the likelihood alone."""
        corners = likely(top + i + j) - likely(top + i - j) - likely(top - i + j) + likely(top - i - j)
        return -corners / (4 * float(i.max()) * float(j.max()))

    spread = np.linalg.inv([[bend(i, j) for j in steps] for i in steps])
    errors = law.errors
    assert (errors.r, errors.alpha, errors.a, errors.b) == pytest.approx(np.sqrt(np.diag(spread)), rel=0.01)
    slope = np.array([0, 0, law.b, -law.a]) / (law.a + law.b) ** 2
    assert errors.leaving == pytest.approx(float(np.sqrt(slope @ spread @ slope)), rel=0.01)
    assert law.leaving == pytest.approx(law.a / (law.a + law.b))


def test_S05_a_ridge_shows_in_the_errors_of_a_and_b_and_not_of_leaving() -> None:
    law = fit_law(Base.of(sample().histories(), 7.0), modified=False)
    assert law is not None
    assert law.errors is not None
    assert law.errors.a / law.a > 0.2 > 2 * law.errors.leaving / law.leaving


def test_S05_a_drawn_law_lies_within_its_standard_errors() -> None:
    law = fitted(drawn(100_000, 3, modified=True)).mbg
    assert law.errors is not None
    for name in ("r", "alpha", "a", "b", "leaving"):
        error = getattr(law.errors, name)
        assert 0 < error < 0.05 * getattr(LAW, name)
        assert abs(getattr(law, name) - getattr(LAW, name)) < 4 * error, name


def slope_error(likelihood: Likelihood, logs: Numbers) -> float:
    """How far the slope told is from what a small step shows."""

    def value(at: Numbers) -> float:
        return likelihood(at)[0]

    return float(np.abs(likelihood(logs)[1] - approx_fprime(logs, value)).max())


def test_S05_units_of_time_and_money_change_units_alone() -> None:
    histories, spends = sample().histories(), sample().spends()[cdnow.CURRENCY]
    weeks, days = (fit_law(Base.of(histories, unit), modified=True) for unit in (7.0, 1.0))
    assert weeks is not None
    assert days is not None
    assert (days.r, days.alpha, days.a, days.b) == pytest.approx((weeks.r, 7 * weeks.alpha, weeks.a, weeks.b), rel=1e-3)
    dollars, cents = fit_spending(spends), fit_spending(spends._replace(mean=100 * spends.mean))
    assert dollars is not None
    assert cents is not None
    assert (cents.p, cents.q, cents.v) == pytest.approx((dollars.p, dollars.q, 100 * dollars.v), rel=1e-9)
    assert cents.log_likelihood == pytest.approx(dollars.log_likelihood - 946 * np.log(100), rel=1e-9)


def test_S05_the_order_of_customers_changes_no_bit() -> None:
    one, other = Buyings(), Buyings()
    for row in rows():
        one.add(*row)
    for row in reversed(rows()):
        other.add(*row)
    assert fit_to(one) == fit_to(other)


def test_S05_too_few_customers_keep_the_last_good_model_and_say_so() -> None:
    assert fit_to(sample(), least=2358) is None
    assert fit_to(Buyings(), least=0) is None
    assert fit_to(sample(), PREVIOUS, least=2358) == replace(PREVIOUS, converged=False)
    model = fit_to(sample(), PREVIOUS, least=2357)
    assert model is not None
    assert model.converged
    assert model.mbg != PREVIOUS.mbg


def with_repeat_buyers(most: int) -> Buyings:
    """The sample with so many of its repeat buyers alone."""
    found, again = Buyings(), 0
    for x, t_x, t in rows():
        again += x > 0
        if x == 0 or again <= most:
            found.add(x, t_x, t)
    return found


def test_S05_a_base_in_which_too_few_bought_again_shows_no_law() -> None:
    assert fit_to(with_repeat_buyers(REPEAT_BUYERS - 1)) is None
    assert fit_to(with_repeat_buyers(REPEAT_BUYERS)) is not None


def test_S05_a_fit_that_does_not_converge_keeps_the_last_good_model_and_says_so() -> None:
    clockwork = Buyings()  # everybody alike is no law of differences
    for _ in range(500):
        clockwork.add(52, 364, 364)
    assert fit_to(clockwork) is None
    assert fit_to(clockwork, PREVIOUS) == replace(PREVIOUS, converged=False)


def with_spends(euros: int, mean: float | None = None) -> Buyings:
    """The sample with so many more repeat buyers in EUR, who spend as the first of the sample, or all this mean."""
    found, spends = cdnow.buyings(), sample().spends()[cdnow.CURRENCY]
    for x, one in zip(spends.x[:euros].tolist(), spends.mean[:euros].tolist(), strict=True):
        found.add(x, x, 200, "EUR", one if mean is None else mean)
    return found


def test_S05_spending_is_fitted_by_currency_where_enough_bought_again() -> None:
    few, enough = fit_to(with_spends(REPEAT_BUYERS - 1)), fit_to(with_spends(REPEAT_BUYERS))
    assert few is not None
    assert enough is not None
    assert list(few.spending) == ["USD"]
    assert list(enough.spending) == ["EUR", "USD"]
    assert enough.spending["EUR"].customers == REPEAT_BUYERS
    assert enough.spending["USD"] == few.spending["USD"]


def test_S05_a_currency_that_cannot_be_fitted_keeps_what_was_known_of_it() -> None:
    alike = with_spends(200, mean=10.0)
    model, kept = fit_to(alike), fit_to(alike, PREVIOUS)
    assert model is not None
    assert kept is not None
    assert list(model.spending) == ["USD"]
    assert kept.spending == {"EUR": PREVIOUS.spending["EUR"], "USD": model.spending["USD"]}
    assert kept.converged


def test_S05_free_goods_and_one_purchase_day_tell_nothing_of_spending() -> None:
    found = Buyings()
    found.add(2, 10, 20, "EUR", 0.0)
    found.add(2, 10, 20, "EUR", -1.0)
    found.add(0, 0, 20, "EUR", 5.0)
    found.add(1, 10, 20)
    assert not found.spends()
    assert len(found) == 4


@pytest.mark.parametrize("row", [(-1, 0, 5), (0, 1, 5), (1, 0, 5), (3, 2, 5), (1, 6, 5), (0, 0, -1)])
def test_S05_a_buying_that_cannot_be_is_refused(row: tuple[int, int, int]) -> None:
    found = Buyings()
    with pytest.raises(ValueError, match="no such buying"):
        found.add(*row)
    assert len(found) == 0
