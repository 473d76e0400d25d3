"""Which root causes recur: come up more often than they used to, by more than chance would have it."""

from datetime import timedelta
from typing import NamedTuple

from services.complaints.rates.domain import Frequency, frequency

BEFORE = timedelta(days=365)
"""How far before a period its base rates look back."""
LEAST = 3
"""Cases of one cause from which on it can recur: two may be a coincidence, whatever the interval says."""


class Exposure(NamedTuple):
    """So many cases of one cause, in so many transactions."""

    cases: int
    transactions: int

    @property
    def rate(self) -> Frequency | None:
        """Cases per 10,000 transactions; None without any."""
        return frequency(self.cases, self.transactions)


def recurs(now: Exposure, before: Exposure) -> bool | None:
    """Whether a cause recurs: at least three cases, and surely more of them per transaction than before.

    Surely: the whole 95 % interval lies above the base rate. None where either rate is unknown.
    """
    own, base = now.rate, before.rate
    if own is None or base is None:
        return None
    return now.cases >= LEAST and own.low > base.value
