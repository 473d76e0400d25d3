"""Customer value: what the laws expect of one customer, against published figures, other formulas and the process."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

from services.scoring.metrics.purchasing import (
    alive_until,
    discounted_purchases,
    expected_purchases,
    expected_spend,
    new_customer,
    p_alive,
)
from services.scoring.metrics.value_model import Errors, Law, Spending, ValueModel

CDNOW = Law(0.2426, 4.414, 0.793, 2.426, -9582.43)
CDNOW_MODIFIED = Law(0.5248, 6.1831, 0.8914, 1.6140, -9582.14)
SPENDING = Spending(6.25, 3.74, 15.44, -4055.92, 946)

LAWS = st.builds(
    Law, st.floats(1e-3, 1e3), st.floats(1e-2, 1e4), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.just(0.0)
)


class Customer(NamedTuple):
    """x, t_x and t, as the formulas take them."""

    x: int
    t_x: float
    t: float


@st.composite
def customers(draw: st.DrawFn) -> Customer:
    """Any customer of up to 5,000 repeat purchases and 2,000 units of time."""
    t = draw(st.floats(0, 2000))
    x = draw(st.integers(0, 5000)) if t > 0 else 0
    return Customer(x, draw(st.floats(0, t)) if x else 0.0, t)


def test_S05_the_published_customer_is_expected_to_buy_as_published() -> None:
    # Fader, Hardie & Lee 2005: customer 1 of the sample, the next 39 weeks
    assert expected_purchases(CDNOW, 2, 30.43, 38.86, 39, modified=False) == pytest.approx(1.226, abs=0.0005)
    assert new_customer(CDNOW, 52, modified=False) == pytest.approx(1.444, rel=0.001)


@pytest.mark.parametrize("x", [0, 1, 7, 40])
@pytest.mark.parametrize("modified", [True, False])
def test_S05_expected_purchases_are_those_of_the_hypergeometric_form(x: int, modified: bool) -> None:
    t_x, t, horizon = 20.0 * (x > 0), 38.0, 52.0
    for law in (CDNOW, CDNOW_MODIFIED, Law(2.0, 10.0, 3.0, 5.0, 0.0)):
        r, alpha, a, b = law.r + x, law.alpha + t, law.a, law.b + x + modified
        gone = (alpha / (alpha + horizon)) ** r * float(hyp2f1(r, b, a + b - 1, horizon / (alpha + horizon)))
        alive = p_alive(law, x, t_x, t, modified=modified)
        wanted = alive * (a + b - 1) / (a - 1) * (1 - gone)
        assert expected_purchases(law, x, t_x, t, horizon, modified=modified) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("law", [Law(2, 0.05, 0.8, 0.5, 0), Law(0.1, 5, 0.05, 20, 0), Law(0.5, 5, 1.0, 2.4, 0)])
@pytest.mark.parametrize(("x", "t"), [(0, 0.0), (2, 0.5), (3000, 300.0)])
def test_S05_expected_purchases_hold_where_the_hypergeometric_form_does_not(law: Law, x: int, t: float) -> None:
    horizon, b = 104.0, law.b + x + 1

    def density(u: float) -> float:
        """Of the expectation over u = −log p, so that p near 0 is seen as well."""
        bought = -math.expm1(-(law.r + x) * math.log1p(math.exp(-u) * horizon / (law.alpha + t)))
        return bought * math.exp((1 - law.a) * u + (b - 1) * math.log(-math.expm1(-u)) - betaln(law.a, b))

    ends = np.concatenate(([0.0], np.geomspace(1e-4, 600, 60)))
    wanted = sum(quad(density, *piece, epsabs=0, epsrel=1e-10)[0] for piece in pairwise(ends))
    found = expected_purchases(law, x, t, t, horizon) / p_alive(law, x, t, t)
    assert found == pytest.approx(wanted, rel=1e-6)


def test_S05_a_law_of_leaving_near_one_is_no_edge() -> None:
    near = [expected_purchases(Law(0.5, 6.0, a, 2.0, 0.0), 3, 20, 38, 52) for a in (1 - 1e-9, 1.0, 1 + 1e-9)]
    assert near == pytest.approx([near[1]] * 3, rel=1e-8)


@settings(deadline=None)
@given(law=LAWS, customer=customers(), horizon=st.floats(0, 600), modified=st.booleans())
def test_S05_no_customer_is_expected_to_do_the_impossible(
    law: Law, customer: Customer, horizon: float, modified: bool
) -> None:
    alive = p_alive(law, *customer, modified=modified)
    assert 0 <= alive <= 1
    x, _, t = customer
    expected = expected_purchases(law, *customer, horizon, modified=modified)
    never_leaving = (law.r + x) / (law.alpha + t) * horizon
    assert 0 <= expected <= alive * never_leaving * (1 + 1e-6)
    assert expected_purchases(law, *customer, horizon + 1, modified=modified) >= expected * (1 - 1e-3)
    worth = discounted_purchases(law, *customer, horizon, unit_days=7.0, yearly_discount=0.1, modified=modified)
    assert 0 <= worth <= expected * (1 + 1e-9)


def test_S05_who_bought_once_may_have_left_by_the_modified_law_alone() -> None:
    assert p_alive(CDNOW, 0, 0, 38.86, modified=False) == 1
    assert p_alive(CDNOW_MODIFIED, 0, 0, 0) == pytest.approx(1.6140 / (1.6140 + 0.8914))
    assert p_alive(CDNOW_MODIFIED, 0, 0, 38.86) < p_alive(CDNOW_MODIFIED, 0, 0, 10)


def test_S05_many_purchases_and_a_long_silence_are_no_overflow() -> None:
    assert p_alive(CDNOW_MODIFIED, 5000, 100, 5000) == 0
    assert p_alive(CDNOW_MODIFIED, 5000, 100, 100) == pytest.approx(1, abs=1e-3)
    assert expected_purchases(CDNOW_MODIFIED, 5000, 100, 5000, 52) == 0
    assert expected_purchases(CDNOW_MODIFIED, 5000, 100, 100, 1) == pytest.approx(5000 / 106, rel=0.01)


@settings(deadline=None)
@given(law=LAWS, customer=customers(), threshold=st.floats(0.01, 0.99))
def test_S05_alive_until_is_when_the_probability_falls_below_the_threshold(
    law: Law, customer: Customer, threshold: float
) -> None:
    x, t_x, _ = customer
    until = alive_until(law, x, t_x, threshold)
    if until > t_x:
        assert p_alive(law, x, t_x, t_x) >= threshold * (1 - 1e-9)
    if math.isfinite(until):
        slack = 1e-9 * (until + law.alpha)
        assert p_alive(law, x, t_x, until + slack) <= threshold * (1 + 1e-4)
        assert until == t_x or p_alive(law, x, t_x, max(until - slack, t_x)) >= threshold * (1 - 1e-4)


def test_S05_alive_until_is_never_before_the_last_purchase_and_may_be_never() -> None:
    assert alive_until(CDNOW_MODIFIED, 0, 0, 0.9) == 0  # 0.64 at once
    assert alive_until(Law(1e-3, 1, 1e-3, 1, 0), 0, 0, 0.01) == math.inf


def test_S05_purchases_to_come_are_discounted_from_the_middle_of_their_week() -> None:
    customer, days = Customer(3, 30.0, 38.0), 7.0
    plain = expected_purchases(CDNOW_MODIFIED, *customer, 2.5)
    whole = discounted_purchases(CDNOW_MODIFIED, *customer, 2.5, unit_days=days, yearly_discount=0.0)
    assert whole == pytest.approx(plain, rel=1e-12)
    ends = (0, 1, 2, 2.5)
    upto = [expected_purchases(CDNOW_MODIFIED, *customer, end) for end in ends]
    wanted = sum((upto[i + 1] - upto[i]) * 1.1 ** (-(ends[i] + ends[i + 1]) / 2 * days / 365) for i in range(3))
    found = discounted_purchases(CDNOW_MODIFIED, *customer, 2.5, unit_days=days, yearly_discount=0.1)
    assert found == pytest.approx(wanted, rel=1e-9)
    assert found < plain


def test_S05_spend_goes_from_everybodys_mean_to_ones_own() -> None:
    everybody = 6.25 * 15.44 / 2.74
    assert expected_spend(SPENDING, 0, 0.0) == pytest.approx(everybody)
    assert expected_spend(SPENDING, 1, 100.0) == pytest.approx(6.25 * 115.44 / (6.25 + 2.74))
    assert everybody < expected_spend(SPENDING, 1, 100.0) < expected_spend(SPENDING, 10, 100.0) < 100
    assert expected_spend(SPENDING, 10**6, 100.0) == pytest.approx(100, rel=1e-4)


class Drawn(NamedTuple):
    """Customers of a law, drawn as it says; `alive` at t = 30, and `bought` in the 30 after."""

    x: NDArray[np.int64]
    t_x: NDArray[np.float64]
    alive: NDArray[np.bool_]
    bought: NDArray[np.int64]


def drawn(law: Law, size: int, *, modified: bool, end: float = 30.0) -> Drawn:
    """One customer after the other purchase: buys at their rate, may leave after each (`modified`: the first too)."""
    random = np.random.default_rng(2007)
    rate, leaving = random.gamma(law.r, 1 / law.alpha, size), random.beta(law.a, law.b, size)
    x, bought, t_x, now = np.zeros(size, int), np.zeros(size, int), np.zeros(size), np.zeros(size)
    alive = np.ones(size, bool)
    stays = random.random(size) >= leaving if modified else np.ones(size, bool)
    while True:
        alive &= stays | (now > end)
        following = np.where(stays, now + random.exponential(1, size) / rate, np.inf)
        if following.min() > 2 * end:
            return Drawn(x, t_x, alive, bought)
        seen, later = following <= end, (following > end) & (following <= 2 * end)
        x, bought, t_x = x + seen, bought + later, np.where(seen, following, t_x)
        stays, now = stays & (following <= 2 * end) & (random.random(size) >= leaving), following


def groups(base: Drawn) -> Iterator[NDArray[np.intp]]:
    """Customers alike in x, and in how long ago they last bought."""
    for few, many in ((0, 0), (1, 1), (2, 2), (3, 5), (6, 12), (13, 999)):
        for early, late in ((0.0, 10.0), (10.0, 20.0), (20.0, 31.0)):
            chosen = (base.x >= few) & (base.x <= many) & (base.t_x >= early) & (base.t_x < late)
            if chosen.sum() >= 200:
                yield np.flatnonzero(chosen)


@pytest.mark.parametrize("modified", [True, False])
def test_S05_customers_drawn_from_the_law_do_as_expected(modified: bool) -> None:
    law = Law(0.9, 4.0, 0.9, 2.4, 0.0)
    base = drawn(law, 40_000, modified=modified)
    assert deviation(base.x - new_customer(law, 30.0, modified=modified)) < 4
    judged = 0
    for group in groups(base):
        told = [(int(base.x[i]), float(base.t_x[i]), 30.0) for i in group]
        alive = np.array([p_alive(law, *each, modified=modified) for each in told])
        bought = np.array([expected_purchases(law, *each, 30.0, modified=modified) for each in told])
        if alive.sum() >= 30:  # fewer do not make a mean
            assert deviation(base.bought[group] - bought) < 4
            judged += 1
        assert abs(base.alive[group].sum() - alive.sum()) <= 4 * math.sqrt(np.sum(alive * (1 - alive))) + 1e-9
    assert judged >= 8


def deviation(errors: NDArray[np.floating]) -> float:
    """How many standard errors the mean is from zero."""
    return abs(float(errors.mean())) / (float(errors.std()) / math.sqrt(len(errors)))


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
MODELS = st.builds(
    ValueModel,
    unit_days=FLOATS,
    until=st.dates(date(1990, 1, 1)),
    customers=st.integers(0, 10**7),
    mbg=st.builds(Law, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS, st.builds(Errors, *[FLOATS] * 5)),
    bg=st.builds(Law, FLOATS, FLOATS, FLOATS, FLOATS, FLOATS),
    spending=st.dictionaries(
        st.sampled_from(["EUR", "INR", "USD"]), st.builds(Spending, FLOATS, FLOATS, FLOATS, FLOATS, st.integers(30))
    ),
    converged=st.booleans(),
    fitted_as_of=st.datetimes(datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds it
)


@settings(deadline=None)
@given(model=MODELS)
def test_S05_a_model_survives_json_exactly(model: ValueModel) -> None:
    assert ValueModel.from_json(json.loads(json.dumps(model.to_json()))) == model
