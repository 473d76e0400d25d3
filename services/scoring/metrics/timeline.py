"""Facts in time: which are known, in which order they are read, what lies between two dates."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Protocol, TypeVar

from services.scoring.facts.fact import Fact

_TIME = attrgetter("time")
_READING_ORDER = attrgetter("time", "source", "type", "subject", "id", "recorded")


class Timed(Protocol):
    """Anything that happened at a time."""

    @property
    def time(self) -> datetime:
        """When."""


T = TypeVar("T", bound=Timed)


def between(things: Sequence[T], start: datetime, end: datetime) -> Sequence[T]:
    """Those of `things`, which are in order of time, in [start, end)."""
    return things[bisect_left(things, start, key=_TIME) : bisect_left(things, end, key=_TIME)]


class ByType:
    """Facts by type."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """`facts`: in reading order."""
        self._types: dict[str, list[Fact]] = {}
        for fact in facts:
            self._types.setdefault(fact.type, []).append(fact)

    def of(self, *types: str) -> list[Fact]:
        """The facts of any of these types, in reading order."""
        if len(types) == 1:
            return self._types.get(types[0], [])
        found = [self._types[name] for name in types if name in self._types]
        return found[0] if len(found) == 1 else sorted(chain(*found), key=_READING_ORDER)


def known_facts(facts: Iterable[Fact], as_of: datetime) -> tuple[list[Fact], datetime | None]:
    """Facts before `as_of` once each, in reading order; and the earliest time of the others."""
    once: dict[tuple[str, str], Fact] = {}
    for fact in sorted(facts, key=_READING_ORDER):
        once.setdefault((fact.source, fact.id), fact)
    ordered = list(once.values())
    end = bisect_left(ordered, as_of, key=_TIME)
    return ordered[:end], ordered[end].time if end < len(ordered) else None
