"""Shares, their intervals and their differences, against published worked examples."""

import numpy as np
import pytest

from services.scoring.metrics.distribution import rounded
from services.scoring.studies.proportions import Pooled, greater, told_share
from shared.proportions import newcombe, wilson

Z = 1.959964


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_S06_wilson_gives_the_published_intervals(count: int, n: int, low: float, high: float) -> None:
    # Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I, method 3.
    assert wilson(count, n, Z).to_json() == [low, high]


def test_S06_wilson_mirrors_and_keeps_within_0_and_1() -> None:
    assert wilson(20, 20, Z).to_json() == [0.8389, 1.0]  # 1 - 0.1611, the mirror of 0 of 20
    for n in range(1, 60):
        assert wilson(0, n, Z).low == 0.0
        assert wilson(n, n, Z).high == pytest.approx(1.0)
        assert wilson(n, n, Z).high <= 1.0


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_S08_newcombe_gives_the_published_intervals(
    one: tuple[int, int], two: tuple[int, int], low: float, high: float
) -> None:
    # Newcombe, Interval estimation for the difference between independent proportions, 1998, table II, method 10.
    assert newcombe(*one, *two, Z).to_json() == [low, high]


def test_S09_the_test_gives_the_published_statistic() -> None:
    # Penn State STAT 415, lesson 9.4: 351 of 605 non-smokers and 41 of 195 smokers want the tax: Z = 8.99.
    assert greater(351, 605, 41, 195).z == pytest.approx(8.99, abs=0.005)
    assert greater(351, 605, 41, 195).p_value < 1e-15


def test_S09_the_test_is_one_sided() -> None:
    # By hand: 30/100 and 20/100, pooled 1/4: z = 0.1 / sqrt(3/16 x 2/100) = 1.6330; the upper tail is 0.0512.
    test = greater(30, 100, 20, 100)
    assert (rounded(test.z), rounded(test.p_value)) == (1.633, 0.0512)
    back = greater(20, 100, 30, 100)
    assert (rounded(back.z), rounded(back.p_value)) == (-1.633, 0.9488)


@pytest.mark.parametrize("share", [0, 40])
def test_S09_shares_of_nothing_or_of_all_do_not_differ(share: int) -> None:
    assert greater(share, 40, share, 40) == (0.0, 0.5)


@pytest.mark.parametrize(("count", "n"), [(0, 0), (2, 1), (-1, 5)])
def test_S06_what_is_no_share_has_no_interval(count: int, n: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(count, n, Z)


def test_S06_a_share_of_nothing_is_null() -> None:
    assert told_share(0, 0, Z) == {"n": 0, "count": 0, "share": None, "interval": None}
    assert told_share(1, 29, Z) == {"n": 29, "count": 1, "share": 0.0345, "interval": [0.0061, 0.1718]}


def pooled(*answers: tuple[int, int]) -> Pooled:
    found = Pooled()
    for count, n in answers:
        found.add(count, n)
    return found


def test_S08_a_share_of_one_each_is_as_sure_as_wilson_says() -> None:
    told = pooled(*[(1, 1)] * 81, *[(0, 1)] * 182, (0, 0)).to_json(Z)
    assert told == {"customers": 263, **told_share(81, 263, Z), "design_effect": 1.0}


def test_S08_customers_who_are_each_of_one_mind_count_once() -> None:
    # Kish: with m answers each and all of one mind the effect is m; linearized over 50 customers, 4 * 199/200 * 50/49.
    alike = pooled(*[(4, 4)] * 20, *[(0, 4)] * 30)
    assert alike.design_effect == pytest.approx(4 * 199 / 200 * 50 / 49)
    assert alike.to_json(Z)["interval"] == pytest.approx(wilson(20, 50, Z).to_json(), abs=0.003)


def test_S08_customers_more_alike_than_chance_make_no_share_surer() -> None:
    assert pooled(*[(1, 2)] * 50).design_effect == 1.0


def test_S08_where_nothing_tells_customers_apart_each_counts_as_one() -> None:
    assert pooled((3, 3), (3, 3)).design_effect == 3.0
    assert pooled((1, 5)).design_effect == 5.0
    nothing = pooled().to_json(Z)
    assert nothing == {"customers": 0, **told_share(0, 0, Z), "design_effect": None}


def test_S08_the_interval_of_pooled_answers_holds_the_share_as_often_as_it_says() -> None:
    chance, held, naive = np.random.default_rng(7), 0, 0
    for _ in range(400):
        sizes, shares = chance.integers(1, 10, 300), chance.beta(0.6, 2.4, 300)
        found = pooled(*zip(chance.binomial(sizes, shares).tolist(), sizes.tolist(), strict=True))
        low, high = found.to_json(Z)["interval"]
        held += low <= 0.2 <= high
        low, high = wilson(found.count, found.n, Z)
        naive += low <= 0.2 <= high
    assert held >= 0.92 * 400 > naive
