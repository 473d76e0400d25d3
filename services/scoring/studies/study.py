"""A study: takes the customers of a close one by one, keeps numbers of them, and tells what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from services.scoring.membership.segments import Segments
from services.scoring.metrics.history import History
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from services.scoring.studies.stores import Store, Sums

NOBODY_KNOWN = "no reference held at the period's start"
"""Why it is not told who was in a segment then: its rule asks for scores that nobody had."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a study knows before the first customer.

    `reference`: of this close, without the spread of scores yet; `stores`: by id; `anonymous`: by store, what
    nobody in particular did there in the window; `members_known`: whether a reference held when the last period began:
    without one nobody is told to have been in a segment then.
    """

    as_of: datetime
    rules: Rules
    reference: Reference
    segments: Segments = field(default_factory=Segments)
    stores: Mapping[str, Store] = field(default_factory=dict)
    anonymous: Mapping[str, Sums] = field(default_factory=dict)
    members_known: bool = True

    @property
    def begins(self) -> datetime:
        """When the last period began; it ends with `as_of`."""
        return self.as_of - self.rules.period


@dataclass(frozen=True, slots=True)
class Subject:
    """One customer as the close sees them.

    `segments`: those they are in as of the close; `segments_before`: those they were in when the last period began.
    """

    id: str
    history: History
    card: Scorecard
    segments: tuple[str, ...] = ()
    segments_before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """`content`: ready for JSON, and names no customer; `customers`: those behind it, by part."""

    content: dict[str, Any]
    customers: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Study(Protocol):
    """One question about the population. `name`: of what it finds."""

    name: str

    def add(self, subject: Subject) -> None:
        """One more customer, in the order of their ids."""

    def found(self) -> Found:
        """What was found, once everybody was added."""
