"""Visits: a beginning and an end, paired by the visit's id."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact


class Visit(NamedTuple):
    """One visit at the time it began, or ended where no beginning was told. `outcome`: None while open."""

    fact: Fact
    time: datetime
    two_way: bool
    outcome: str | None


def visits(started: Iterable[Fact], ended: Iterable[Fact]) -> tuple[Visit, ...]:
    """Every visit once, in order of time; what its end says of `two_way` overrules its beginning."""
    ends: dict[str, Fact] = {}
    for fact in ended:
        ends.setdefault(fact.subject, fact)
    begun: dict[str, Fact] = {}
    for fact in started:
        begun.setdefault(fact.subject, fact)
    paired = [_visit(fact, ends.get(subject)) for subject, fact in begun.items()]
    orphans = [_visit(fact, fact) for subject, fact in ends.items() if subject not in begun]
    return tuple(sorted(paired + orphans, key=lambda visit: visit.fact.order) if orphans else paired)


def _visit(fact: Fact, end: Fact | None) -> Visit:
    two_way = None if end is None else end.data.get("two_way")
    if two_way is None:
        two_way = fact.data.get("two_way", False)
    return Visit(fact, fact.time, two_way, None if end is None else end.data.get("outcome"))
