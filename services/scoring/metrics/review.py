"""When a card must be looked at again although nothing new arrives."""

from collections.abc import Callable, Iterable
from datetime import datetime

from services.scoring.metrics import (
    collaboration,
    deliveries,
    follow_ups,
    needs,
    objectives,
    patterns,
    promises,
    steps,
)
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.defection import silent_from
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules

_TURNS: tuple[Callable[[History], list[datetime]], ...] = (
    collaboration.turns,
    deliveries.turns,
    follow_ups.turns,
    needs.turns,
    promises.turns,
    steps.turns,
)
"""What is due, and counts as missed, or counts at all, from then on."""


def next_review_at(history: History, rules: Rules, known: Iterable[datetime] = ()) -> datetime:
    """The least of: whenever an outcome changes by time alone, a fact coming of age, the review.

    `known`: moments at which it does that the caller has found already. Always after `history.as_of`. A fact
    counts, and a limit is passed, a moment after its own time. An unanswered contact needs no review: while it is
    open it counts as not answered already.
    """
    turns = [history.as_of + rules.review, *known]
    if history.future is not None:
        turns.append(history.future + MOMENT)
    silent = silent_from(history, rules.silence)
    if silent is not None:
        turns.append(silent + MOMENT)
    for case in history.cases:
        turns += case.turns(history.as_of)
    for turns_of in _TURNS:
        turns += turns_of(history)
    turns += objectives.turns(history, rules.objectives) + patterns.turns(history, rules.patterns)
    return min(turn for turn in turns if turn > history.as_of)
