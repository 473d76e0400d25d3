"""The phase of the relationship over its lifetime, each change with the fact that brought it."""

from typing import Any, NamedTuple

from services.scoring.facts.fact import Fact
from services.scoring.metrics.course import Phase, courses
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import told
from services.scoring.metrics.reference import rfc3339
from services.scoring.metrics.rules import Rules
from shared.events.customers import AcquisitionStageChanged

_ORDER = tuple(Phase)


class Change(NamedTuple):
    """A phase that began, and the fact by which. `kind`: of the second purchase, where retention began."""

    phase: Phase
    fact: Fact
    kind: str | None = None

    def to_json(self) -> dict[str, Any]:
        """`{phase, time, kind, evidence}`."""
        return {
            "phase": str(self.phase),
            "time": rfc3339(self.fact.time),
            "kind": self.kind,
            "evidence": [told(self.fact)],
        }


def phase_history(history: History, rules: Rules) -> tuple[Change, ...]:
    """Each phase that began, in order; empty where nothing is known of the customer.

    Who is in the pipeline is in acquisition; else only purchases move it, as they were corrected, and judged by
    what had come back by then: a later return never moves it back.
    """
    changes = _by_buying(history, rules)
    pipeline = history.of(AcquisitionStageChanged.TYPE)[:1]
    if pipeline and not (changes and changes[0].fact.order < pipeline[0].order):
        changes[:1] = [Change(Phase.ACQUISITION, pipeline[0])]
    if history.facts and not (changes and changes[0].fact is history.facts[0]):
        changes.insert(0, Change(Phase.PROSPECT, history.facts[0]))
    return tuple(changes)


def _by_buying(history: History, rules: Rules) -> list[Change]:
    """The phases that purchases brought: the first is acquisition, as any first purchase is one purchase day."""
    changes: list[Change] = []
    for purchase, course in courses(history.bought, rules):
        reached = course.phase(rules.extension)
        if not changes or _ORDER.index(reached) > _ORDER.index(changes[-1].phase):
            kind = course.kind_of_second if reached is Phase.RETENTION else None
            changes.append(Change(reached, purchase.fact, kind))
        if reached is Phase.EXTENSION:
            break
    return changes
