"""Patterns in what a customer does that speak, faintly, for a cause of defection. All are this project's own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.causes import Cause
from services.scoring.metrics.history import History
from services.scoring.metrics.purchases import Purchase
from services.scoring.metrics.rules import Patterns, Rules
from services.scoring.metrics.timeline import between
from shared.events.visits import TouchpointRecorded

_ZERO = Decimal(0)


def patterns(history: History, start: datetime, rules: Rules) -> Iterator[tuple[Cause, Fact]]:
    """Each pattern that holds since `start`, once, with the last fact that shows it."""
    looked_for = (
        (Cause.PRICE, _only_on_discount(history, start, rules.patterns)),
        (Cause.PRODUCT, _more_returns(history, start, rules.patterns)),
        (Cause.PRODUCT, _category_abandoned(history, start, rules)),
        (Cause.SERVICE, _discontent(history, start, rules.patterns)),
        (Cause.TECHNOLOGICAL, _silent_after_app(history, rules.patterns)),
    )
    for cause, fact in looked_for:
        if fact is not None:
            yield cause, fact


def turns(history: History, rules: Patterns) -> list[datetime]:
    """When, after `history.as_of`, the silence after the app shows unless the customer is seen again."""
    last = _last_seen(history)
    if last is None or last.data.get("channel") != rules.app:
        return []
    silent = last.time + rules.silence + MOMENT
    return [silent] if silent > history.as_of else []


def _only_on_discount(history: History, start: datetime, rules: Patterns) -> Fact | None:
    """Every purchase was below its list price."""
    bought = between(history.purchases, start, history.as_of)
    if len(bought) < rules.purchases or not all(_reduced(purchase) for purchase in bought):
        return None
    return bought[-1].fact


def _reduced(purchase: Purchase) -> bool:
    return sum((line.listed - line.paid for line in purchase.lines), _ZERO) > 0


def _more_returns(history: History, start: datetime, rules: Patterns) -> Fact | None:
    """Returns per purchase are at least so many times those of the time before; from none, any are."""
    late = between(history.returns, start, history.as_of)
    if len(late) < rules.returns:
        return None
    bought = len(between(history.bought, start, history.as_of))
    earlier = len(between(history.returns, start - rules.before, start))
    bought_earlier = len(between(history.bought, start - rules.before, start))
    if min(bought, bought_earlier) < rules.purchases:
        return None
    return late[-1] if len(late) * bought_earlier >= rules.growth * earlier * bought else None


def _category_abandoned(history: History, start: datetime, rules: Rules) -> Fact | None:
    late = between(history.purchases, start, history.as_of)
    earlier = between(history.purchases, start - rules.patterns.before, start)
    return abandoned(earlier, late, rules.patterns.category_purchases, rules)


def abandoned(earlier: Sequence[Purchase], late: Sequence[Purchase], least: int, rules: Rules) -> Fact | None:
    """The last purchase with a category of `least` of the `earlier` ones, and not once bought though `late` ones go on.

    None where no category was abandoned.
    """
    if len(late) < rules.patterns.purchases or len(earlier) < least:
        return None
    times = Counter(category for purchase in earlier for category in _categories(purchase))
    steady = {category for category, count in times.items() if count >= least}
    gone = steady.difference(*map(_categories, late)) - {rules.unknown_category}
    return _last_with(gone, earlier) if gone else None


def _categories(purchase: Purchase) -> set[str]:
    return {line.category for line in purchase.lines}


def _last_with(categories: set[str], bought: Sequence[Purchase]) -> Fact | None:
    return next((each.fact for each in reversed(bought) if not categories.isdisjoint(_categories(each))), None)


def _discontent(history: History, start: datetime, rules: Patterns) -> Fact | None:
    """The last survey in which the customer was not content."""
    surveys = between(history.surveys, start, history.as_of)
    return next((fact for fact in reversed(surveys) if fact.data.get("csat", 5) <= rules.low_csat), None)


def _silent_after_app(history: History, rules: Patterns) -> Fact | None:
    """The app was the last place where the customer was seen, and it is quiet since."""
    last = _last_seen(history)
    if last is None or last.data.get("channel") != rules.app:
        return None
    return last if history.as_of - last.time > rules.silence else None


def _last_seen(history: History) -> Fact | None:
    """The customer's last purchase, visit or touchpoint."""
    seen = [purchase.fact for purchase in history.purchases[-1:]]
    seen += [visit.fact for visit in history.visits[-1:]]
    seen += history.of(TouchpointRecorded.TYPE)[-1:]
    return max(seen, key=lambda fact: fact.order, default=None)
