"""What an audit looks like to who asks for it."""

from datetime import datetime

from pydantic import Field

from services.scoring.studies.signals import Signal
from shared.web.fields import View


class Point(View):
    """A period [`starts`, `ends`): `count` of `n` customers; `share` with its 95 % Wilson interval, null of
    fewer than `least`.
    """

    starts: datetime
    ends: datetime
    n: int
    count: int
    share: float | None
    interval: tuple[float, float] | None


class PartView(View):
    """Of how many customers a part of a signal holds in the last two periods."""

    before: int
    now: int


class SignalView(View):
    """A warning signal. `best`: of the best customers alone. `rises`: it warns of a rise, else of a fall.

    `parts`: by what it holds, in counts that overlap. `before`, `now`: the shares of the last two periods; `z`,
    positive where it rose, and the one-sided `p_value` of the test between them; `p_adjusted`: the same as one of all
    signals tested (Holm), by which it is `raised`; null where there is no test; `reason` says why. `customers`: how
    many are behind.
    """

    signal: Signal
    best: bool
    rises: bool
    trend: list[Point]
    parts: dict[str, PartView]
    before: float | None
    now: float | None
    z: float | None
    p_value: float | None
    p_adjusted: float | None
    raised: bool | None
    reason: str
    customers: int


class ObjectiveView(View):
    """What is proposed for a raised signal: with these many customers, by this strategy, from `now` to `target`."""

    signal: Signal
    strategy: str
    now: float
    target: float
    due: datetime
    customers: int


class ShareView(View):
    """`count` of `n` customers; the share with its 95 % Wilson interval, null of nobody."""

    n: int
    count: int
    share: float | None
    interval: tuple[float, float] | None


class RecurringView(View):
    """A root cause of complaints that recurs: the share of customers whom it met in the periods `before`, and `now`."""

    root_cause: str
    before: ShareView
    now: ShareView


class AuditView(View):
    """The audit as of a date. `observed_since`: the first purchase of the base. `best`: share of customers who are the
    best; `significance`, `least`: the threshold – the adjusted probability below which a signal is raised, and the
    customers that each period must have. `causes`: those that recur; null in an audit that was made before any looked.
    """

    as_of: datetime
    revision: int
    observed_since: datetime | None
    period_days: int
    best: float = Field(gt=0, le=1)
    significance: float
    least: int
    signals: list[SignalView]
    objectives: list[ObjectiveView]
    causes: list[RecurringView] | None = None


class Behind(View):
    """A customer behind a signal."""

    customer_id: str
