"""Whether a customer is gone, or may be: the one definition that cards, rates and audit share."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from math import floor
from operator import attrgetter
from typing import NamedTuple

from services.scoring.metrics.buyer import EPOCH, buyer
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from services.scoring.metrics.purchasing import alive_until
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rhythm import gaps, own_limit
from services.scoring.metrics.rules import Rules, Silence
from services.scoring.metrics.value import alive
from services.scoring.metrics.value_model import ValueModel

_TIME = attrgetter("time")
_DAY = timedelta(days=1)


class Absence(NamedTuple):
    """How long nothing was heard of a customer. `left`: they said that they leave, and did not buy since.

    `silence` since the last purchase, and the customer's own `limit` to it; None while not known.
    """

    left: bool
    silence: timedelta | None
    limit: timedelta | None

    @property
    def silent(self) -> bool:
        """Whether the silence is over the limit."""
        return self.silence is not None and self.limit is not None and self.silence > self.limit

    @property
    def gone(self) -> bool:
        """Whether the customer is gone, as far as one can see."""
        return self.left or self.silent


def absence(history: History, at: datetime, rules: Silence) -> Absence:
    """The absence as of `at`, from what happened before it; what came back by `history.as_of` was never bought."""
    bought = bisect_left(history.purchases, at, key=_TIME)
    exits = bisect_left(history.exits, at, key=_TIME)
    last = history.purchases[bought - 1] if bought else None
    if last is None:
        return Absence(exits > 0, None, None)
    days = history.days[: bisect_right(history.days, last.day)]
    left = exits > 0 and last.time <= history.exits[exits - 1].time
    return Absence(left, at - last.time, own_limit(sorted(gaps(days)), rules))


def gone(history: History, at: datetime, rules: Rules) -> bool:
    """Whether by what happened before `at` they said that they leave and did not buy since, or are silent too long."""
    return absence(history, at, rules.silence).gone


def at_risk(history: History, at: datetime, rules: Rules, reference: Reference | None) -> bool:
    """Gone, or by the reference's value model less probably alive at `at` than the rules demand."""
    return gone(history, at, rules) or unlikely(alive(history, at, reference), rules)


def unlikely(p_alive: float | None, rules: Rules) -> bool:
    """Whether a probability alive, where known, is below what the rules demand."""
    return p_alive is not None and p_alive < rules.value.alive


def turns(history: History, rules: Rules, reference: Reference | None) -> list[datetime]:
    """When the customer will be at risk, if nothing happens: too silent, and too improbably alive."""
    found, limit = [], own_limit(sorted(gaps(history.days)), rules.silence)
    if limit is not None:
        found.append(history.purchases[-1].time + limit + MOMENT)
    if reference is not None and reference.model is not None:
        found += _fading(history, rules, reference.model)
    return found


def _fading(history: History, rules: Rules, model: ValueModel) -> list[datetime]:
    """The midnight from which P(alive) is below the rules' limit, if that is before the next review anyway.

    Age is counted to the last whole day: at a midnight it is the day before.
    """
    known = buyer(history, history.as_of)
    if known is None:
        return []
    x, t_x, _ = known.within(model.unit_days)
    enough = alive_until(model.mbg, x, t_x, rules.value.alive) * model.unit_days
    if enough > known.t + rules.review / _DAY + 1:
        return []
    return [EPOCH + (history.days[0] + floor(enough) + 2) * _DAY]
