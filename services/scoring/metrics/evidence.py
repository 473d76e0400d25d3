"""Every piece of evidence of why a customer may leave, weighed."""

from datetime import datetime

from services.scoring.metrics.causes import Piece
from services.scoring.metrics.direct import direct, stated
from services.scoring.metrics.history import History
from services.scoring.metrics.outside import outside
from services.scoring.metrics.patterns import patterns
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules


def pieces(history: History, rules: Rules, reference: Reference | None) -> list[Piece]:
    """All evidence from shortly before the last purchase onwards, in order of time.

    Without a reference nothing is known of what happened around the customer.
    """
    weights, start = rules.causes, _since(history, rules)
    kinds = (
        (stated(history, start), weights.stated),
        (direct(history, start), weights.direct),
        (patterns(history, start, rules), weights.pattern),
    )
    found = [Piece(fact.time, fact.type, fact.subject, cause, points) for kind, points in kinds for cause, fact in kind]
    if reference is not None:
        found += outside(history, start, reference, rules)
    return sorted(found)


def _since(history: History, rules: Rules) -> datetime:
    """Where the evidence begins; with the first fact where there was no purchase."""
    if history.purchases:
        return history.purchases[-1].time - rules.causes.since
    return history.facts[0].time if history.facts else history.as_of
