"""Commitments: what we promised the customer by when, and whether we kept it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.cases import MOMENT
from services.scoring.metrics.history import History
from shared.events.customers import CommitmentMade, CommitmentMet, CommitmentMissed


class Commitment(NamedTuple):
    """One promise, at the time it was made. `link`: the relationship through which we made it.

    `kept`: True when met by its due time; False when met later, called missed, or past due without either;
    None while it is neither met nor due.
    """

    fact: Fact
    time: datetime
    due_at: datetime
    link: str | None
    kept: bool | None


def commitments(history: History) -> tuple[Commitment, ...]:
    """Every commitment once, in order of time.

    The first telling of a commitment counts, so that nobody moves a due time. Met in time is kept, whatever
    a clock called it before the news came. What is met or missed of no known commitment is passed by.
    """
    made: dict[str, Fact] = {}
    for fact in history.of(CommitmentMade.TYPE):
        made.setdefault(fact.subject, fact)
    if not made:
        return ()
    outcomes: dict[str, list[Fact]] = {}
    for fact in history.of(CommitmentMet.TYPE, CommitmentMissed.TYPE):
        outcomes.setdefault(fact.subject, []).append(fact)
    return tuple(_commitment(fact, outcomes.get(subject, ()), history.as_of) for subject, fact in made.items())


def _commitment(fact: Fact, outcomes: Sequence[Fact], as_of: datetime) -> Commitment:
    due_at = datetime.fromisoformat(fact.data["due_at"])
    met = any(each.type == CommitmentMet.TYPE and each.time <= due_at for each in outcomes)
    missed = bool(outcomes) or as_of > due_at
    return Commitment(fact, fact.time, due_at, fact.data.get("link"), True if met else False if missed else None)


def turns(history: History) -> list[datetime]:
    """When, after `history.as_of`, a commitment is missed unless somebody acts: a moment after its due time."""
    return [each.due_at + MOMENT for each in commitments(history) if each.kept is None]
