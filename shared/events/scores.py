"""Topic `crm.scores`: what changed in a customer's relationship with us. Subject of each: the customer."""

from typing import Literal

from pydantic import Field

from shared.events.envelope import Payload, event
from shared.events.topics import SCORES
from shared.events.values import Code, Count, Id, Text, Time, Value

PhaseName = Literal["prospect", "acquisition", "retention", "extension"]
BondName = Literal["financial", "social", "customization", "structural"]
CauseName = Literal["price", "product", "service", "market", "technological", "organizational", "mixed", "unknown"]
Level = Count
Score = float


class _Change(Value):
    """When a change came about: the event's `time` is that of the evaluation.

    `since`: the earliest new fact behind it; null where time alone, or a close, brought it about.
    `backfill`: that fact is more than two days old – history that came in late, no news.
    """

    since: Time | None = None
    backfill: bool = False


class ReferenceName(Value):
    """The reference of the base that a card was made with."""

    as_of: Time
    revision: Count


class Standing(Value):
    """What of a card is worth telling when it changes. `index` 0–100, null while too few Cs are known."""

    index: Score | None = None
    phase: PhaseName
    bond_level: Level | None = None
    at_risk: bool


@event("crm.scorecard.updated.v1", SCORES)
class ScorecardUpdated(_Change, Payload):
    """The phase, the bond level or the risk is another, or the index moved by a point since it was last told.

    `before`: as it was last told, null at first. `cs`: each C's score; `bonds`: each bond's strength; 0–100 or null.
    """

    rules_version: Text
    reference: ReferenceName | None = None
    before: Standing | None = None
    after: Standing
    coverage: float = Field(ge=0, le=1)
    cs: dict[Code, Score | None]
    bonds: dict[BondName, Score | None]


@event("crm.bond.level_changed.v1", SCORES)
class BondLevelChanged(_Change, Payload):
    """The customer is held by another level of bonds. `isolated`: bonds held above a gap."""

    before: Level | None = None
    after: Level | None = None
    isolated: tuple[BondName, ...] = ()


@event("crm.phase.changed.v1", SCORES)
class PhaseChanged(_Change, Payload):
    """The relationship is in another phase. `corrected`: a correction or a late fact took it backwards."""

    before: PhaseName | None = None
    after: PhaseName
    at: Time
    corrected: bool = False


@event("crm.defection_risk.raised.v1", SCORES)
class DefectionRiskRaised(_Change, Payload):
    """The customer may leave. `reason`: one sentence of numbers."""

    cause: CauseName
    reason: str = Field(max_length=1000)


@event("crm.defection_risk.cleared.v1", SCORES)
class DefectionRiskCleared(_Change, Payload):
    """The customer is no longer at risk."""


class _Crossing(_Change):
    """`version`: of the segment's rule by which the customer is in or out."""

    segment_id: Id
    version: Count


@event("crm.segment.entered.v1", SCORES)
class SegmentEntered(_Crossing, Payload):
    """The customer is in a segment now."""


@event("crm.segment.left.v1", SCORES)
class SegmentLeft(_Crossing, Payload):
    """The customer is in a segment no longer."""


@event("crm.audit.signal_raised.v1", SCORES)
class AuditSignalRaised(Payload):
    """A close raised a warning signal that the one before had not. Subject: the signal; key: `signal:<name>`.

    `before`, `now`: the shares of the two last periods before `as_of`; `p_value`: of the one-sided test between
    them, as it is before four signals are judged at once; `customers`: how many are behind it.
    """

    as_of: Time
    revision: Count
    before: float = Field(ge=0, le=1)
    now: float = Field(ge=0, le=1)
    p_value: float = Field(ge=0, le=1)
    customers: Count
