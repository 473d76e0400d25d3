"""When a card must be looked at again although nothing new arrives."""

from datetime import datetime

from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.defection import silent_from
from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules


def next_review_at(history: History, rules: Rules) -> datetime:
    """The least of: a silence grown too long, a case past its standard, a fact coming of age, the review.

    Always after `history.as_of`. A fact counts, and a limit is passed, a moment after its own time. An
    unanswered contact needs no review: while it is open it counts as not answered already.
    """
    turns = [history.as_of + rules.review]
    if history.future is not None:
        turns.append(history.future + MOMENT)
    silent = silent_from(history, rules.silence)
    if silent is not None:
        turns.append(silent + MOMENT)
    for case in history.cases:
        turns += case.turns(history.as_of)
    return min(turn for turn in turns if turn > history.as_of)
