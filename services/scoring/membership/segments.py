"""Segments: who is in which, by what their card and profile say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

ALL, BEST = "all", "best"
BUILT_IN = (ALL, BEST)
"""What stands for everybody and for the best customers where results are asked for: no segment has such an id."""

Field = str | float | bool | None
Fields = Mapping[str, Field]
"""What a rule may ask of a customer, by name; None where it is not known."""


class Condition(Protocol):
    """Anything that holds of a customer, or does not."""

    def holds(self, fields: Fields) -> bool:
        """Whether it does."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Who fulfils `rule` is in it. `version`: how often it was changed, from 1 on."""

    id: str
    version: int
    rule: Condition


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments in use. `revision`: rises with every change of any of them; 0 before the first.

    `versions`: by id, of those too that are out of use and nobody is in any more.
    """

    revision: int = 0
    segments: tuple[Segment, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)

    def of(self, fields: Fields) -> tuple[str, ...]:
        """The ids of those that a customer is in, sorted."""
        return tuple(sorted(segment.id for segment in self.segments if segment.rule.holds(fields)))
