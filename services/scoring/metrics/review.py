"""When a card must be looked at again although nothing new arrives."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from services.scoring.metrics import (
    collaboration,
    defaults,
    deliveries,
    follow_ups,
    links,
    needs,
    objectives,
    patterns,
    promises,
    risk,
    steps,
)
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.defection import comebacks
from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.surroundings import midnight

_TURNS: tuple[Callable[[History], list[datetime]], ...] = (
    collaboration.turns,
    deliveries.turns,
    follow_ups.turns,
    needs.turns,
    promises.turns,
    steps.turns,
)
"""What is due, and counts as missed, or counts at all, from then on."""


def next_review_at(
    history: History, rules: Rules, reference: Reference | None = None, known: Iterable[datetime] = ()
) -> datetime:
    """The least of: whenever an outcome changes by time alone, a fact coming of age, the review.

    `known`: moments at which it does that the caller has found already. Always after `history.as_of`. A fact
    counts, and a limit is passed, a moment after its own time. An unanswered contact needs no review: while it is
    open it counts as not answered already.
    """
    turns = [history.as_of + rules.review, *known]
    if history.future is not None:
        turns.append(history.future + MOMENT)
    for case in history.cases:
        turns += case.turns(history.as_of)
    for turns_of in _TURNS:
        turns += turns_of(history)
    turns += objectives.turns(history, rules.objectives) + patterns.turns(history, rules.patterns)
    turns += defaults.turns(history, rules) + risk.turns(history, rules, reference)
    turns += [time + rules.window + MOMENT for time in _whole(history, rules)]
    if reference is not None:
        turns += _around(history, reference)
    return min(turn for turn in turns if turn > history.as_of)


def _whole(history: History, rules: Rules) -> Iterator[datetime]:
    """By what each outcome that counts as a whole, and not as one of many, is in the window or has left it."""
    yield from (case.time for case in history.cases)
    yield from (each.time for each in follow_ups.follow_ups(history))
    for each in promises.commitments(history):
        yield each.time
        if each.link is not None:
            yield each.due_at
    yield from (link.ended for link in links.links(history).values() if link.ended is not None)
    yield from comebacks(history, rules.silence)[-1:]


def _around(history: History, reference: Reference) -> list[datetime]:
    """What the reference knows to come: an offer holds from its midnight on, what ends is known a moment later."""
    today = history.as_of.date()
    offers = [midnight(day) for day in reference.catalogue.changes(today)]
    return offers + [midnight(day) + MOMENT for day in reference.surroundings.changes(today)]
