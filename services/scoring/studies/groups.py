"""Groups of customers that a study tells apart: everybody, and the members of each segment."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from services.scoring.membership.segments import Segments

Tally = TypeVar("Tally")


class Groups(Generic[Tally]):
    """A tally of everybody, and one of each segment in use."""

    def __init__(self, segments: Segments, make: Callable[[], Tally]) -> None:
        """`make`: an empty tally."""
        self._versions = {segment.id: segment.version for segment in segments.segments}
        self._tallies = {segment.id: make() for segment in segments.segments}
        self.everybody = make()

    def of(self, segments: Iterable[str]) -> list[Tally]:
        """The tallies of these segments."""
        return [self._tallies[segment] for segment in segments]

    def to_json(self, tell: Callable[[Tally], dict[str, Any]]) -> dict[str, Any]:
        """`{all, segments: {id: …}}`; each segment with the `version` of its rule that was looked at."""
        members = {
            segment: {"version": self._versions[segment], **tell(tally)} for segment, tally in self._tallies.items()
        }
        return {"all": tell(self.everybody), "segments": members}
