"""One warning signal, watched over several periods."""

from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.scoring.studies.best import Chosen
from services.scoring.studies.raising import Share
from services.scoring.studies.signals import Definition, Look

_SILENT = -1


class Watch:
    """Keeps of every customer and period whether the signal holds: 1 or 0, or −1 where nothing is told.

    `recorded`: whether the base ever recorded in these periods what the signal is about; `parts`: by period, of how
    many customers the signal holds by each of its parts.
    """

    def __init__(self, definition: Definition, periods: int) -> None:
        self.definition = definition
        self.recorded = False
        self.parts = [Counter(dict.fromkeys(definition.parts, 0)) for _ in range(periods)]
        self._holds = [array("b") for _ in range(periods)]
        self._suspects: list[tuple[int, str]] = []

    def add(self, customer: str, looks: Sequence[Look]) -> None:
        """One more customer, in each period."""
        found = [self.definition.holds(look) for look in looks]
        if found[-1] is self.definition.rises:
            self._suspects.append((len(self._holds[-1]), customer))
        for column, holds in zip(self._holds, found, strict=True):
            column.append(_SILENT if holds is None else holds)
        for parts, holds, look in zip(self.parts, found, looks, strict=True):
            if holds:
                parts.update(name for name, part in self.definition.parts.items() if part(look))
        self.recorded = self.recorded or any(map(self.definition.recorded, looks))

    def shares(self, best: Sequence[Chosen]) -> list[Share]:
        """By period, of how many customers the signal holds. `best`: who is of the best at each start."""
        return [self._share(np.array(column), chosen) for column, chosen in zip(self._holds, best, strict=True)]

    def behind(self, best: Chosen) -> list[str]:
        """Who made the last share worse. `best`: who was of the best at its start."""
        return [customer for row, customer in self._suspects if best[row] or not self.definition.best]

    def _share(self, holds: NDArray[np.int8], best: Chosen) -> Share:
        counted = holds[best] if self.definition.best else holds
        return Share(int((counted == 1).sum()), int((counted != _SILENT).sum()))
