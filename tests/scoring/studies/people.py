"""Customers as a close hands them to its studies."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.scoring.facts.fact import Fact
from services.scoring.metrics.history import read
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.metrics.scorecard import score
from services.scoring.studies.study import Subject
from tests.scoring.metrics.facts import AS_OF, line, purchase, reference


def on(day: str, time: str = "12:00") -> datetime:
    """That UTC day at noon, or at another time of it."""
    return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=UTC)


def bought(*days: str, store: str | None = None, paid: str = "10.00") -> list[Fact]:
    """A bill at noon of each of these days, in this store."""
    return [
        replace(purchase(f"b{at}-{day}", on(day), line("GROCERY", paid)), store=store) for at, day in enumerate(days)
    ]


def person(
    name: str,
    facts: Sequence[Fact],
    known: Reference | None = None,
    *,
    segments: tuple[str, ...] = (),
    before: tuple[str, ...] = (),
) -> Subject:
    """A customer with these facts; `segments`: theirs as of the close, `before`: when the last period began."""
    history = read(facts, AS_OF, DEFAULT_RULES)
    card = score(history, DEFAULT_RULES, known or reference())
    return Subject(name, history, card, segments, before)
