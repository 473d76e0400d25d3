"""The best customers: those worth most at a moment, each currency for itself, as amounts of two are never compared."""

from array import array
from collections.abc import Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from services.scoring.metrics.distribution import rounded

Chosen = NDArray[np.bool_]


class Best:
    """What everybody is worth at several moments, in columns, so that a million customers fit in memory."""

    def __init__(self, moments: int) -> None:
        """`moments`: at how many. `known`: whether anybody's worth is known at the last one."""
        self.known = False
        self._worths = [array("d") for _ in range(moments)]
        self._currencies = array("l")
        self._numbers: dict[str | None, int] = {}

    def add(self, worths: Sequence[float | None], currency: str | None) -> None:
        """One more customer: what they are worth at each moment, None where that is not known."""
        for column, worth in zip(self._worths, worths, strict=True):
            column.append(nan if worth is None else worth)
        self.known = self.known or worths[-1] is not None
        self._currencies.append(self._numbers.setdefault(currency, len(self._numbers)))

    def chosen(self, share: float) -> list[Chosen]:
        """By moment, who is of the best: whose worth has a mid-rank percentile in the uppermost `share`.

        So those of the uppermost deciles of a card; of many who are worth the same, all or none.
        """
        currencies = np.array(self._currencies)
        return [_chosen(np.array(worths), currencies, share) for worths in self._worths]


def _chosen(worths: NDArray[np.float64], currencies: NDArray[np.int64], share: float) -> Chosen:
    best = np.zeros(len(worths), dtype=np.bool_)
    for currency in np.unique(currencies):
        rows = (currencies == currency) & ~np.isnan(worths)
        known = np.sort(worths[rows])
        below, upto = (np.searchsorted(known, worths[rows], side) for side in ("left", "right"))
        # 0.8 of 30 is 24, and in floats a hair more.
        best[rows] = below + upto >= rounded(2 * len(known) * (1 - share))
    return best
