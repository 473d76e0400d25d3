"""The stretches of time that studies compare: equal ones before a date, and calendar months and quarters."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from services.scoring.metrics.buyer import EPOCH
from services.scoring.metrics.history import History

_MONTHS = 12
_QUARTER = 3


class Period(NamedTuple):
    """[`starts`, `ends`). `name`: `2017-10` or `2017-Q4` of the calendar's; empty of others."""

    starts: datetime
    ends: datetime
    name: str = ""


def before(as_of: datetime, length: timedelta, count: int) -> list[Period]:
    """So many periods of this length, one after the other, the last ending with `as_of`."""
    starts = [as_of - length * back for back in range(count, 0, -1)]
    return [Period(start, start + length) for start in starts]


def calendar(as_of: datetime, months: int) -> list[Period]:
    """The last so many months (UTC) that were over by `as_of`, then the quarters that they fill, each in order."""
    end = _month(as_of)
    firsts = range(end - months, end)
    quarters = [first for first in firsts if first % _QUARTER == 0 and first + _QUARTER <= end]
    return [_period(first, 1) for first in firsts] + [_period(first, _QUARTER) for first in quarters]


def observed_since(known: datetime | None, history: History) -> datetime | None:
    """When the first purchase of the base was, that of this history among those `known`; None before any."""
    if not history.purchases:
        return known
    first = history.purchases[0].time
    return first if known is None else min(known, first)


def day_of(moment: datetime) -> int:
    """The UTC day of a moment, in days since 1970-01-01."""
    return (moment - EPOCH).days


def month_of(moment: datetime) -> str:
    """The name of the UTC month of a moment."""
    return _month_name(_month(moment))


def _period(first: int, months: int) -> Period:
    name = _month_name(first) if months == 1 else f"{first // _MONTHS:04}-Q{first % _MONTHS // _QUARTER + 1}"
    return Period(_begins(first), _begins(first + months), name)


def _month(moment: datetime) -> int:
    """The UTC month of a moment, counted from January of the year 0 on."""
    utc = moment.astimezone(UTC)
    return utc.year * _MONTHS + utc.month - 1


def _month_name(month: int) -> str:
    return f"{month // _MONTHS:04}-{month % _MONTHS + 1:02}"


def _begins(month: int) -> datetime:
    return datetime(month // _MONTHS, month % _MONTHS + 1, 1, tzinfo=UTC)
