"""What was suggested to this one customer, and whether they took it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import History
from shared.events.loyalty import SuggestionAnswered, SuggestionMade


class Suggestion(NamedTuple):
    """One suggestion. `accepted`: the first answer that took it while it was valid."""

    fact: Fact
    time: datetime
    accepted: Fact | None


def suggestions(history: History, validity: timedelta) -> list[Suggestion]:
    """Each suggestion once, from the first time it was made; an answer to none is passed by."""
    made: dict[str, Fact] = {}
    for fact in history.of(SuggestionMade.TYPE):
        made.setdefault(fact.subject, fact)
    if not made:
        return []
    taken: dict[str, list[Fact]] = {}
    for fact in history.of(SuggestionAnswered.TYPE):
        if fact.data["accepted"]:
            taken.setdefault(fact.subject, []).append(fact)
    return [
        Suggestion(fact, fact.time, _in_time(fact, taken.get(subject, []), validity)) for subject, fact in made.items()
    ]


def _in_time(made: Fact, taken: list[Fact], validity: timedelta) -> Fact | None:
    return next((fact for fact in taken if made.time <= fact.time < made.time + validity), None)
