"""Growth: purchases by which a customer came to buy something else, or something better, than ever before."""

from datetime import datetime
from typing import NamedTuple

from services.scoring.metrics.history import History
from services.scoring.metrics.purchases import LineGroup


class Growth(NamedTuple):
    """A purchase beside all before it. `wider`: with a category that is new to the customer; `higher`: with a higher
    level in a category than ever, None where no level can be held against an earlier one.
    """

    time: datetime
    wider: bool
    higher: bool | None


def growths(history: History, unknown: str) -> list[Growth]:
    """Every purchase but the first, which grows beyond nothing; lines of no known category say nothing."""
    seen: set[str] = set()
    levels: dict[str, int] = {}
    found = []
    for purchase in history.purchases:
        lines = purchase.known(history.as_of, unknown)
        before = len(seen)
        seen.update([line.category for line in lines])
        found.append(Growth(purchase.time, len(seen) > before, _higher(lines, levels)))
    return found[1:]


def _higher(lines: list[LineGroup], levels: dict[str, int]) -> bool | None:
    """Whether a level rises above those so far, to which these are then added."""
    told = [(line.category, line.level) for line in lines if line.level is not None]
    compared = [level > levels[category] for category, level in told if category in levels]
    for category, level in told:
        levels[category] = max(level, levels.get(category, level))
    return any(compared) if compared else None
