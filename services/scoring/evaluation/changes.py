"""Changes: what of a new card is worth telling, held against what was told last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scoring.metrics.course import Phase
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard
from shared.events import Payload
from shared.events.scores import (
    BondLevelChanged,
    DefectionRiskCleared,
    DefectionRiskRaised,
    PhaseChanged,
    ReferenceName,
    ScorecardUpdated,
    Standing,
)

NEWS = timedelta(days=2)
"""A change by a fact older than this is history that came in late."""

_PHASES = [str(phase) for phase in Phase]


@dataclass(frozen=True, slots=True)
class Cause:
    """What brought a change about. `since`: the earliest new fact; None where time alone, or a close, did."""

    since: datetime | None
    backfill: bool

    @classmethod
    def of(cls, since: datetime | None, now: datetime) -> "Cause":
        """The cause of a change that an evaluation at `now` found."""
        return cls(since, since is not None and since < now - NEWS)


def standing(card: Scorecard) -> Standing:
    """What of a card is worth telling; the card's customer is known, so it has a phase."""
    return Standing.model_validate(
        {
            "index": card.index.value,
            "phase": str(card.phase),
            "bond_level": card.bonds.level,
            "at_risk": card.defection.at_risk,
        }
    )


def changes(before: Standing | None, card: Scorecard, cause: Cause, rules: Rules) -> list[Payload]:
    """The events to publish: none, or `scorecard.updated` and one for each thing that is another now."""
    after = standing(card)
    if before is not None and not _moved(before, after, rules.told_move):
        return []
    return [_updated(before, after, card, cause), *_singly(before, after, card, cause)]


def _moved(before: Standing, after: Standing, least: float) -> bool:
    if before.model_copy(update={"index": after.index}) != after:
        return True
    if before.index is None or after.index is None:
        return before.index is not after.index
    return abs(after.index - before.index) >= least


def _updated(before: Standing | None, after: Standing, card: Scorecard, cause: Cause) -> ScorecardUpdated:
    named = card.reference
    return ScorecardUpdated(
        since=cause.since,
        backfill=cause.backfill,
        rules_version=card.rules_version,
        reference=None if named is None else ReferenceName(as_of=named.as_of, revision=named.revision),
        before=before,
        after=after,
        coverage=card.index.coverage,
        cs={name: measured.score for name, measured in card.cs.items()},
        bonds={name: bond.strength for name, bond in card.bonds.bonds.items()},
    )


def _singly(before: Standing | None, after: Standing, card: Scorecard, cause: Cause) -> Iterator[Payload]:
    by = {"since": cause.since, "backfill": cause.backfill}
    level = None if before is None else before.bond_level
    if level != after.bond_level:
        yield BondLevelChanged(before=level, after=after.bond_level, isolated=card.bonds.isolated, **by)
    phase = None if before is None else before.phase
    if phase != after.phase:
        backwards = phase is not None and _PHASES.index(after.phase) < _PHASES.index(phase)
        yield PhaseChanged(before=phase, after=after.phase, at=card.phases[-1].fact.time, corrected=backwards, **by)
    risk = before is not None and before.at_risk
    if after.at_risk and not risk:
        yield DefectionRiskRaised(cause=str(card.defection.cause), reason=card.defection.reason, **by)
    if risk and not after.at_risk:
        yield DefectionRiskCleared(**by)
