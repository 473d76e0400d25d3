"""Complaints: the life of each case, and how it kept to its standards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scoring.facts.fact import Fact
from services.scoring.metrics.standards import Stretch, stretches
from shared.events.complaints import (
    ComplaintAcknowledged,
    ComplaintBreached,
    ComplaintClosed,
    ComplaintOpened,
    ComplaintPaused,
    ComplaintReopened,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintWithdrawn,
)

CASE_TYPES = (
    ComplaintOpened.TYPE,
    ComplaintAcknowledged.TYPE,
    ComplaintResolved.TYPE,
    ComplaintClosed.TYPE,
    ComplaintReopened.TYPE,
    ComplaintWithdrawn.TYPE,
    ComplaintPaused.TYPE,
    ComplaintResumed.TYPE,
    ComplaintBreached.TYPE,
)
"""What makes the life of a case."""

MOMENT = timedelta(microseconds=1)
"""The smallest step of time: a standard is met at its due time and missed a moment later."""


@dataclass(frozen=True, slots=True)
class Case:
    """One complaint since it was opened. A close counts as a resolution where none went before it.

    `clock`: the stretches in which its clock ran; `breached`: what told that a standard was missed.
    """

    fact: Fact
    category: str
    clock: tuple[Stretch, ...]
    acknowledged: datetime | None
    resolved: tuple[Fact, ...]
    reopened: tuple[Fact, ...]
    breached: tuple[Fact, ...]
    withdrawn: datetime | None

    @property
    def time(self) -> datetime:
        """When it was opened: this decides the window it counts in."""
        return self.fact.time

    @property
    def latest(self) -> Fact:
        """The last thing known of it that matters to how it was cared for."""
        return max((self.fact, *self.resolved, *self.reopened, *self.breached), key=lambda fact: fact.order)

    @property
    def first_contact(self) -> bool:
        """Whether it was settled at the first contact, and stayed so: a reopening says that it was not."""
        return not self.reopened and any(fact.data.get("first_contact", False) for fact in self.resolved)

    def past_standard(self, as_of: datetime) -> bool:
        """Whether either standard was missed by then, or by the time the case was withdrawn.

        A breach that was told is certain, whatever becomes known of the case later.
        """
        end = self.withdrawn or as_of
        if any(fact.time < end for fact in self.breached):
            return True
        acknowledged = min(self.acknowledged or end, end)
        return any(stretch.missed(acknowledged, min(self._settled(stretch) or end, end)) for stretch in self.clock)

    def _settled(self, stretch: Stretch) -> datetime | None:
        """The resolution that answers what was due in a stretch: the first since the case was last taken up by then."""
        since = max((fact.order for fact in self.reopened if fact.time <= stretch.start), default=None)
        return next((fact.time for fact in self.resolved if since is None or fact.order > since), None)

    def counts(self, as_of: datetime) -> bool:
        """Whether it can be judged: resolved, reopened or past a standard; one taken back only if the latter."""
        settled = bool(self.resolved) and self.withdrawn is None
        return settled or bool(self.reopened) or self.past_standard(as_of)

    def cared_for(self, as_of: datetime, lasting: timedelta) -> bool:
        """Whether it was settled within both standards and not reopened within `lasting` of a resolution."""
        return bool(self.resolved) and not self.past_standard(as_of) and not self.relapsed(lasting)

    def relapsed(self, lasting: timedelta) -> bool:
        """Whether it was reopened within `lasting` of a resolution."""
        return any(
            settled.time <= again.time < settled.time + lasting for again in self.reopened for settled in self.resolved
        )

    def turns(self, as_of: datetime) -> list[datetime]:
        """When, after `as_of`, it passes a standard unless somebody acts."""
        running = self.clock[-1]
        if self.withdrawn or running.end is not None or self.past_standard(as_of):
            return []
        unmet = [] if self.acknowledged else [running.due_acknowledge]
        unmet += [] if self._settled(running) else [running.due_resolve]
        return [due + MOMENT for due in unmet]


def cases(facts: Iterable[Fact]) -> tuple[Case, ...]:
    """Every case whose opening is known, by its opening; `facts` are of `CASE_TYPES`, in reading order."""
    lives: dict[str, dict[str, list[Fact]]] = {}
    for fact in facts:
        lives.setdefault(fact.subject, {}).setdefault(fact.type, []).append(fact)
    known = [_case(life) for life in lives.values() if ComplaintOpened.TYPE in life]
    return tuple(sorted(known, key=lambda case: case.fact.order))


def _case(life: Mapping[str, Sequence[Fact]]) -> Case:
    opened = life[ComplaintOpened.TYPE][0]
    resolved = _resolved(life.get(ComplaintResolved.TYPE, ()), life.get(ComplaintClosed.TYPE, ()))
    reopened = life.get(ComplaintReopened.TYPE, ())
    withdrawals, resumed = life.get(ComplaintWithdrawn.TYPE, ()), life.get(ComplaintResumed.TYPE, ())
    # Nobody owes an answer to what was taken back: its clock runs again where a reopening brings new due times.
    ended = [fact for fact in withdrawals if resumed and resumed[-1].order > fact.order]
    answered = [*life.get(ComplaintAcknowledged.TYPE, ())[:1], *resolved[:1]]
    return Case(
        fact=opened,
        category=opened.data["category"],
        clock=stretches(opened, [*life.get(ComplaintPaused.TYPE, ()), *ended], resumed),
        acknowledged=min((fact.time for fact in answered), default=None),
        resolved=tuple(resolved),
        reopened=tuple(reopened),
        breached=tuple(life.get(ComplaintBreached.TYPE, ())),
        withdrawn=_withdrawn(withdrawals, reopened),
    )


def _resolved(resolutions: Sequence[Fact], closes: Sequence[Fact]) -> list[Fact]:
    """Every resolution, after the closes before the first of them."""
    alone = [close for close in closes if not resolutions or close.time < resolutions[0].time]
    return [*alone, *resolutions]


def _withdrawn(withdrawals: Sequence[Fact], reopened: Sequence[Fact]) -> datetime | None:
    """When the case was taken back for good: a later reopening undoes it."""
    if not withdrawals or (reopened and reopened[-1].order > withdrawals[-1].order):
        return None
    return withdrawals[-1].time
