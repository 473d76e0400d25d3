"""The four warning signals of the audit (S09): of whom each is a share, and how one customer counts in it."""

from collections.abc import Callable, Container, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, get_args

from services.scoring.metrics.history import History
from services.scoring.metrics.patterns import abandoned
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rhythm import gaps, median
from services.scoring.metrics.risk import at_risk
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.strategies import COMPETITORS, LISTENING, REWARD, WINNING_BACK, Strategy
from services.scoring.metrics.timeline import between
from services.scoring.studies.periods import Period
from shared.events.loyalty import CompetitorObserved, ObservationKind

_APPROACHES = {"offer", "approach"}
_SWITCHES = {"category_switched", "programme_joined"}
_EVER = datetime.min.replace(tzinfo=UTC)
_NO_TIME = timedelta(0)


class Signal(StrEnum):
    """A warning signal, as the events name it."""

    COMPETITORS_APPROACH_BEST = "competitors_approach_best"
    CUSTOMERS_SWITCH = "customers_switch"
    BEST_REPURCHASE_FALLS = "best_repurchase_falls"
    PREFERENCE_FALLS = "preference_falls"


class Look(NamedTuple):
    """One customer in one period."""

    history: History
    period: Period
    rules: Rules
    reference: Reference


class Definition(NamedTuple):
    """A signal: the share of customers of whom `holds`; whom it tells nothing of (None) are not in the share.

    `best`: of the best alone. `rises`: it warns where it rises, else where it falls. `strategy`: what is proposed
    where it is raised. `recorded`: whether a customer shows that the base records such a thing; where none does,
    there is silence and no share. `parts`: by what it holds of a customer, be it by several. `learned`: it is seen the
    better the longer a customer was watched before.
    """

    signal: Signal
    best: bool
    rises: bool
    strategy: Strategy
    holds: Callable[[Look], bool | None]
    recorded: Callable[[Look], bool] = lambda _: True
    parts: Mapping[str, Callable[[Look], bool]] = MappingProxyType({})
    learned: bool = False


def _approached(look: Look) -> bool:
    """A competitor made the customer an offer, or approached them."""
    return _observed(look, _APPROACHES)


def _switches(look: Look) -> bool | None:
    """Who was not at risk comes at risk by the end, reports a switch or abandons a category."""
    history, (starts, _, _), rules, reference = look
    bought = history.purchases
    if not bought or bought[0].time >= starts or at_risk(history, starts, rules, reference):
        return None
    return any(part(look) for part in _SWITCHING.values())


def _comes_at_risk(look: Look) -> bool:
    return at_risk(look.history, look.period.ends, look.rules, look.reference)


def _reported(look: Look) -> bool:
    history, (starts, ends, _) = look[:2]
    return bool(between(history.exits, starts, ends)) or _observed(look, _SWITCHES)


def _abandons(look: Look) -> bool:
    """A category is not bought once that was bought steadily in the period before, though other purchases go on."""
    history, (starts, ends, _), rules, _ = look
    earlier = between(history.purchases, starts - rules.period, starts)
    return abandoned(earlier, between(history.purchases, starts, ends), rules.audit.steady, rules) is not None


def _repurchases(look: Look) -> bool | None:
    """Who is known by their own rhythm, and by it should buy in the period, is late in little of it.

    The whole period is looked at, for a week of it alone would tell of holidays and not of customers.
    """
    history, (starts, ends, _), rules, _ = look
    times = [purchase.time for purchase in between(history.purchases, _EVER, ends)]
    lengths = gaps(list(dict.fromkeys(purchase.day for purchase in between(history.purchases, _EVER, starts))))
    usual = median(lengths)
    if usual is None or len(lengths) < rules.silence.own_gaps:
        return None
    allowed = timedelta(days=rules.audit.late * usual)
    if allowed > ends - starts:
        return None
    return _late([*times, ends], allowed, starts) <= (1 - rules.audit.kept) * (ends - starts)


def _late(times: Sequence[datetime], allowed: timedelta, starts: datetime) -> timedelta:
    """How long, from `starts` to the last of `times`, the time before was longer ago than is allowed."""
    spells = (following - max(time + allowed, starts) for time, following in pairwise(times))
    return sum((max(spell, _NO_TIME) for spell in spells), _NO_TIME)


def _prefers(look: Look) -> bool | None:
    """The latest survey of the period that asked says that they prefer us."""
    told = between(look.history.surveys, look.period.starts, look.period.ends)
    return next((fact.data["prefers_us"] for fact in reversed(told) if "prefers_us" in fact.data), None)


def _observed(look: Look, kinds: Container[str] = get_args(ObservationKind)) -> bool:
    """A competitor had to do with the customer, in one of these ways; in any, where none is named."""
    told = between(look.history.of(CompetitorObserved.TYPE), look.period.starts, look.period.ends)
    return any(fact.data["kind"] in kinds for fact in told)


_SWITCHING = MappingProxyType({"at_risk": _comes_at_risk, "reported": _reported, "abandoned": _abandons})

SIGNALS: tuple[Definition, ...] = (
    Definition(
        Signal.COMPETITORS_APPROACH_BEST, best=True, rises=True, strategy=COMPETITORS, holds=_approached,
        recorded=_observed,
    ),
    Definition(
        Signal.CUSTOMERS_SWITCH, best=False, rises=True, strategy=WINNING_BACK, holds=_switches,
        parts=_SWITCHING, learned=True,
    ),
    Definition(
        Signal.BEST_REPURCHASE_FALLS, best=True, rises=False, strategy=REWARD, holds=_repurchases, learned=True
    ),
    Definition(Signal.PREFERENCE_FALLS, best=False, rises=False, strategy=LISTENING, holds=_prefers),
)  # fmt: skip
