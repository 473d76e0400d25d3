"""Who buys from us at a moment, and where: one meaning for every rate, and for what a card says of a store."""

from collections import Counter
from datetime import datetime

from services.scoring.metrics.history import History
from services.scoring.metrics.risk import gone
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.timeline import between


def active(history: History, at: datetime, rules: Rules) -> bool:
    """Whether the customer bought within the window before `at`, and was not gone by then.

    Gone is who said so, or was silent over their own limit. Of somebody who bought too seldom to have a limit, the
    window is the limit: else whoever bought once would count as active for ever.
    """
    return bool(between(history.purchases, at - rules.window, at)) and not gone(history, at, rules)


def main_store(history: History, start: datetime, end: datetime) -> str | None:
    """The store of most purchases in [start, end), the first by id if several; None where none was in a store."""
    counts = Counter(each.fact.store for each in between(history.purchases, start, end) if each.fact.store is not None)
    return min(counts, key=lambda store: (-counts[store], store), default=None)
