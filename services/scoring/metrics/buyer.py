"""One customer as the value model sees them: purchase days, what is spent on one, and how much of that we keep."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from services.scoring.metrics.account import Account, account
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The day 0 of purchase days."""
_EVER = datetime.min.replace(tzinfo=UTC)
_TIME = attrgetter("time")


class Buyer(NamedTuple):
    """`x`: repeat purchase days; `t_x`, `t`: days from the first purchase day to the last, and to the last whole day.

    Who bought in the day under way has t = t_x.
    """

    x: int
    t_x: int
    t: int

    def within(self, unit_days: float) -> tuple[int, float, float]:
        """(x, t_x, t) in units of so many days."""
        return self.x, self.t_x / unit_days, self.t / unit_days


class Purse(NamedTuple):
    """What a purchase day of a customer brings. `currency`: the main one; `mean_spend`: net, on the repeat days.

    `margin`: share of the net revenue that is left after the cost of the goods; None where it is not known.
    """

    currency: str
    mean_spend: float
    margin: float | None


def buyer(history: History, at: datetime) -> Buyer | None:
    """The customer by the purchases before `at`; None where there is none."""
    bought = bisect_left(history.purchases, at, key=_TIME)
    if not bought:
        return None
    first, last = history.days[0], history.purchases[bought - 1].day
    return Buyer(
        x=bisect_right(history.days, last) - 1,
        t_x=last - first,
        t=max((at - EPOCH).days - 1, last) - first,
    )


def purse(history: History, at: datetime, margin: float | None) -> Purse | None:
    """What the repeat days before `at` brought, at that margin; None without a purchase.

    Spend in other currencies than the main one is left out, the days on which it was spent are not: what is
    expected is the spend in the main currency on any purchase day.
    """
    known = buyer(history, at)
    if known is None or history.currency is None:
        return None
    end = bisect_left(history.purchases, at, key=_TIME)
    repeats = [each for each in history.purchases[:end] if each.day > history.days[0]]
    paid = [line.paid for each in repeats if each.currency == history.currency for line in each.lines]
    mean = max(0.0, float(sum(paid, Decimal(0)))) / known.x if known.x else 0.0
    return Purse(history.currency, mean, margin)


def margin(history: History, rules: Rules, catalogue: Catalogue | None) -> float | None:
    """The customer's gross margin, before service costs; None where no cost is known, none assumed, or nothing paid."""
    return margin_of(account(history, history.start, history.as_of, rules, catalogue), history, rules, catalogue)


def margin_of(window: Account, history: History, rules: Rules, catalogue: Catalogue | None) -> float | None:
    """The margin, where the account of the window is known already."""
    made = earned(window, history, rules, catalogue)
    return float((made.revenue - made.goods) / made.revenue) if made.known and made.revenue > 0 else None


def earned(window: Account, history: History, rules: Rules, catalogue: Catalogue | None) -> Account:
    """The account that the margin is taken from: of the window, or where nothing was bought in it of all before."""
    return window if window.purchases else account(history, _EVER, history.start, rules, catalogue)
