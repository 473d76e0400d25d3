"""Visits: a beginning and an end, paired by the visit's id."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    """Every visit once, in order of time; what its end says of `two_way` overrules its beginning.

    An end told again, with a conversation that was written down after it, is the same one: it is two-way, and has an
    outcome, by any telling.
    """
    ends: dict[str, list[Fact]] = defaultdict(list)
    for fact in ended:
        ends[fact.subject].append(fact)
    begun: dict[str, Fact] = {}
    for fact in started:
        begun.setdefault(fact.subject, fact)
    paired = [_visit(fact, ends.get(subject, ())) for subject, fact in begun.items()]
    orphans = [_visit(told[0], told) for subject, told in ends.items() if subject not in begun]
    return tuple(sorted(paired + orphans, key=lambda visit: visit.fact.order) if orphans else paired)


def _visit(fact: Fact, ends: Sequence[Fact]) -> Visit:
    told = [end.data["two_way"] for end in ends if "two_way" in end.data]
    outcomes = [end.data["outcome"] for end in ends if "outcome" in end.data]
    two_way = any(told) if told else fact.data.get("two_way", False)
    return Visit(fact, fact.time, two_way, outcomes[0] if outcomes else None)
