"""The CDNOW sample, on which the value models were published: 2,357 customers, calibration to 1997-09-30."""

from collections.abc import Iterator
from datetime import date
from importlib.metadata import distribution
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from services.scoring.metrics.buying import Buyings

UNTIL = date(1997, 9, 30)
CURRENCY = "USD"


class Purchase(NamedTuple):
    """A row of the data set, of the customer of this number."""

    customer: str
    day: date
    amount: float


def purchases() -> Iterator[Purchase]:
    """Every row, by customer and day, as the wheel of `lifetimes` carries it (data alone; it is never imported)."""
    path = Path(str(distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_sample.txt")))
    for line in path.read_text(encoding="ascii").splitlines():
        _, customer, day, _, amount = line.split()
        yield Purchase(customer, date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"), float(amount))


def buyings() -> Buyings:
    """Everybody's buying up to the last day of the calibration."""
    found = Buyings()
    observed = (purchase for purchase in purchases() if purchase.day <= UNTIL)
    for _, bought in groupby(observed, key=lambda purchase: purchase.customer):
        days = [(day, sum(one.amount for one in same)) for day, same in groupby(bought, key=lambda one: one.day)]
        first, x = days[0][0], len(days) - 1
        mean = sum(spent for _, spent in days[1:]) / x if x else None
        found.add(x, (days[-1][0] - first).days, (UNTIL - first).days, CURRENCY, mean)
    return found
