"""How everybody bought, as numbers: what a value model is fitted on."""

from array import array
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Histories(NamedTuple):
    """A column each, a row a customer: repeat purchase days, recency `t_x` and age `t` in days since the first."""

    x: NDArray[np.int64]
    t_x: NDArray[np.int64]
    t: NDArray[np.int64]


class Spends(NamedTuple):
    """A row a repeat buyer, in one currency: repeat purchase days, and the mean spend on one (above zero)."""

    x: NDArray[np.int64]
    mean: NDArray[np.float64]


class Buyings:
    """A running count of those who bought, in columns, so that a million customers fit in memory."""

    def __init__(self) -> None:
        self._x, self._t_x, self._t = array("q"), array("q"), array("q")
        self._spends: dict[str, tuple[array[int], array[float]]] = {}

    def __len__(self) -> int:
        """Customers added."""
        return len(self._x)

    def add(self, x: int, t_x: int, t: int, currency: str | None = None, mean_spend: float | None = None) -> None:
        """One more customer who bought: `x` repeat purchase days, the last `t_x` days after the first of all, which
        was `t` days before the last day observed; `mean_spend`: of the repeat days, where they are of one currency.

        A mean of nothing or of free goods tells nothing of spending and is passed by.

        Raises:
            ValueError: the days cannot be: not 0 ≤ x ≤ t_x ≤ t, or a last day without a repeat.
        """
        if not 0 <= x <= t_x <= t or (x == 0) != (t_x == 0):
            raise ValueError(f"no such buying: {x} repeats, the last after {t_x} of {t} days")
        self._x.append(x)
        self._t_x.append(t_x)
        self._t.append(t)
        if x and currency is not None and mean_spend is not None and mean_spend > 0:
            repeats, means = self._spends.setdefault(currency, (array("q"), array("d")))
            repeats.append(x)
            means.append(mean_spend)

    def histories(self) -> Histories:
        """Everybody added, in their order."""
        return Histories(np.array(self._x), np.array(self._t_x), np.array(self._t))

    def spends(self) -> Mapping[str, Spends]:
        """The repeat buyers, by currency in alphabetical order."""
        return {name: Spends(np.array(x), np.array(mean)) for name, (x, mean) in sorted(self._spends.items())}
