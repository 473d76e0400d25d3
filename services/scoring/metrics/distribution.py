"""How a value is spread over the population, and where one customer stands in it."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

DIGITS = 4
"""Digits kept of a score or ratio, so that JSON is stable and equal values are equal."""


def rounded(value: float) -> float:
    """`value` to `DIGITS` digits; never minus zero, so that equal numbers are equal texts."""
    return round(value, DIGITS) + 0.0


@dataclass(frozen=True, slots=True)
class Distribution:
    """Distinct values in ascending order; `upto[i]` = how many members have at most `values[i]`."""

    values: "array[float]"
    upto: "array[int]"

    @classmethod
    def of(cls, members: Iterable[float]) -> Self:
        """The distribution of these members, each rounded to `DIGITS` digits."""
        values, upto = array("d"), array("q")
        for count, value in enumerate(sorted(map(rounded, members)), start=1):
            if values and values[-1] == value:
                upto[-1] = count
            else:
                values.append(value)
                upto.append(count)
        return cls(values, upto)

    @property
    def size(self) -> int:
        """N, the number of members."""
        return self.upto[-1] if self.upto else 0

    def percentile(self, value: float, least: int) -> float | None:
        """Mid-rank percentile of `value`, 100·(below + ½·equal)/N; None when N < `least`."""
        if self.size < max(least, 1):
            return None
        below, equal = self.standing(value)
        return rounded(100 * (below + equal / 2) / self.size)

    def standing(self, value: float) -> tuple[int, int]:
        """How many members have less than `value`, and how many just as much."""
        wanted = rounded(value)
        at = bisect_left(self.values, wanted)
        below = self.upto[at - 1] if at else 0
        present = at < len(self.values) and self.values[at] == wanted
        return below, self.upto[at] - below if present else 0

    def to_json(self) -> dict[str, Any]:
        """`{values: [number], upto: [integer]}`."""
        return {"values": self.values.tolist(), "upto": self.upto.tolist()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The distribution that `to_json` told."""
        return cls(array("d", told["values"]), array("q", told["upto"]))
