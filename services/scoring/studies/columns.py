"""What is kept of every customer in columns, so that a million fit, and how it is spread in a group of them."""

from array import array
from collections.abc import Iterable, Mapping
from itertools import repeat
from math import fsum, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.scoring.metrics.distribution import rounded

Chosen = NDArray[np.bool_]
"""Which rows are looked at: one truth for each."""

Numbers = NDArray[np.float64]
_QUARTILES = (0.25, 0.5, 0.75)


class Columns:
    """One row a customer, one column a number; what is not known of a customer is a gap."""

    def __init__(self) -> None:
        self.rows = 0
        self._columns: dict[str, array[float]] = {}

    def add(self, numbers: Mapping[str, float | None]) -> None:
        """One more row; a number may appear for the first time."""
        for name, number in numbers.items():
            if number is not None:
                column = self._columns.setdefault(name, array("d"))
                column.extend(repeat(nan, self.rows - len(column)))
                column.append(number)
        self.rows += 1

    def names(self, prefix: str) -> list[str]:
        """The columns that begin so, in alphabetical order."""
        return sorted(name for name in self._columns if name.startswith(prefix))

    def known(self, name: str, chosen: Chosen) -> Numbers:
        """A column's numbers in the chosen rows, gaps left out."""
        column = np.asarray(self._columns.get(name, array("d")))
        found: Numbers = column[chosen[: len(column)]]
        return found[~np.isnan(found)]


class Words:
    """Any number of words of each customer, from not too many different ones."""

    def __init__(self) -> None:
        self._rows, self._codes = array("l"), array("l")
        self._numbers: dict[str, int] = {}

    def add(self, row: int, words: Iterable[str]) -> None:
        """The words, each once, of the customer in that row."""
        for word in words:
            self._rows.append(row)
            self._codes.append(self._numbers.setdefault(word, len(self._numbers)))

    def counted(self, chosen: Chosen) -> dict[str, int]:
        """How many of the chosen customers have each word that any of them has."""
        codes = np.asarray(self._codes)[chosen[np.asarray(self._rows)]]
        counts = np.bincount(codes, minlength=len(self._numbers))
        return {word: int(counts[number]) for word, number in self._numbers.items() if counts[number]}


def spread(numbers: Numbers) -> dict[str, Any] | None:
    """`{n, mean, quartiles}`, quartiles after Hyndman & Fan 1996, type 7; None of no numbers."""
    if not len(numbers):
        return None
    quartiles = [rounded(float(each)) for each in np.quantile(numbers, _QUARTILES)]
    # Not NumPy's mean, which depends on the order and on the processor.
    return {"n": len(numbers), "mean": rounded(fsum(numbers) / len(numbers)), "quartiles": quartiles}
