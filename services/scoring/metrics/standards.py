"""The standards of a case: until when it must be acknowledged and resolved, while its clock runs."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from services.scoring.facts.fact import Fact
from shared.events.complaints import ComplaintResumed


class Stretch(NamedTuple):
    """The clock of a case ran from `start` to `end`, None while it still does, to these due times."""

    start: datetime
    end: datetime | None
    due_acknowledge: datetime
    due_resolve: datetime

    def missed(self, acknowledged: datetime, resolved: datetime) -> bool:
        """Whether a due time passed in it before the case was acknowledged, or resolved."""
        return self._passed(self.due_acknowledge, acknowledged) or self._passed(self.due_resolve, resolved)

    def _passed(self, due: datetime, done: datetime) -> bool:
        return max(self.start, due) < (done if self.end is None else min(done, self.end))


def stretches(opened: Fact, paused: Sequence[Fact], resumed: Sequence[Fact]) -> tuple[Stretch, ...]:
    """When the clock ran, in order of time; at least one stretch.

    `paused`: what stopped it. A pause while it stands changes nothing; a resumption while it runs brings its due times
    from then on.
    """
    found = [_stretch(opened)]
    for fact in sorted((*paused, *resumed), key=lambda fact: fact.order) if paused or resumed else ():
        if found[-1].end is None:
            found[-1] = found[-1]._replace(end=fact.time)
        if fact.type == ComplaintResumed.TYPE:
            found.append(_stretch(fact))
    return tuple(found)


def _stretch(fact: Fact) -> Stretch:
    """The clock that starts with this opening or resumption."""
    due = datetime.fromisoformat
    return Stretch(fact.time, None, due(fact.data["due_acknowledge"]), due(fact.data["due_resolve"]))
