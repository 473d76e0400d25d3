"""What a scorecard looks like to who asks for it: for the document alone, answers are made by `Scorecard.to_json`."""

from datetime import datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.scoring.metrics.rules import ELEVEN_CS
from shared.events.scores import BondName, PhaseName

Score = float | None
"""0–100, null where nothing is known."""


class Told(BaseModel):
    """A part of a card; a member that is not here is a mistake of this file."""

    model_config = ConfigDict(extra="forbid")


class Evidence(Told):
    """A fact that a score rests on. `kind`: of a bond's evidence; `cause`, `points`: of a defection's."""

    type: str
    subject: str
    time: datetime
    kind: str | None = None
    cause: str | None = None
    points: int | None = None


class Measured(Told):
    """One of the eleven Cs. `value` in its `unit` (money as a decimal string), `n`: the size of the evidence."""

    score: Score
    value: float | str | None
    unit: str
    inputs: dict[str, Any]
    n: int
    confidence: float = Field(ge=0, le=1)
    evidence: list[Evidence]
    reason: str
    percentile: Score


class BondView(Told):
    """One bond; `since`: when it was held."""

    strength: Score
    held: bool
    since: datetime | None
    n: int
    evidence: list[Evidence]
    reason: str


class PhaseChange(Told):
    """A phase that began. `kind`: of the second purchase."""

    phase: PhaseName
    time: datetime
    kind: Literal["similar", "next_level", "other"] | None
    evidence: list[Evidence]


class DefectionView(Told):
    """Whether the customer is leaving, and why; `points` by cause."""

    at_risk: bool
    cause: str | None
    evidence: list[Evidence]
    points: dict[str, int]
    exit_stated: bool
    p_alive: float | None
    silence_days: float | None
    limit_days: float | None
    defected: bool
    reactivated: bool
    reason: str


class PlainView(Told):
    """What BG/NBD says, beside MBG/NBD."""

    p_alive: float | None
    expected_purchases: float | None


class PositionView(Told):
    """The loyalty position: the value decile and the level up to which the customer is bound."""

    decile: int | None
    bond_level: int | None


class ValueView(Told):
    """What the customer is expected to bring over the rules' horizon; null before a value model is fitted.

    `clv`: discounted contribution before service costs, money in `currency`; `decile`: of it, 10 the best;
    `expected_spend`: on a purchase day; `margin`: share of it we keep; `x` repeat purchase days, the last `t_x` and the
    last day observed `t` after the first, in units of `unit_days`; `rfm`: quintiles, 5 the best; `n`: purchase days.
    """

    p_alive: float | None = Field(ge=0, le=1)
    expected_purchases: float | None
    clv: str | None
    decile: int | None = Field(ge=1, le=10)
    position: PositionView
    currency: str | None
    expected_spend: str | None
    margin: float | None
    unit_days: float
    x: int | None
    t_x: float | None
    t: float | None
    bg_nbd: PlainView
    rfm: dict[str, int] | None
    n: int
    reason: str


class ProfileView(Told):
    """What is known of the customer beside what they do: codes, null where not told."""

    kind: Literal["individual", "organization"] | None
    region: str | None
    sector: str | None
    home_store_id: str | None


class ReferenceView(Told):
    """The reference of the customer base that a card was made with."""

    as_of: datetime
    revision: int


Cs: type[Told] = create_model("Cs", __base__=Told, **dict.fromkeys(ELEVEN_CS, (Measured, ...)))  # type: ignore[call-overload]
Bonds: type[Told] = create_model("Bonds", __base__=Told, **dict.fromkeys(get_args(BondName), (BondView, ...)))  # type: ignore[call-overload]


class Part(Told):
    """Whose card, and as of when."""

    customer_id: str
    as_of: datetime


class BondsPart(Part):
    """What holds the customer. `bonds_isolated`: held above a gap."""

    bond_level: int | None = Field(ge=0, le=4)
    bonds: Bonds
    bonds_isolated: list[BondName]


class DefectionPart(Part):
    """The risk."""

    defection: DefectionView


class ValuePart(Part):
    """The value."""

    value: ValueView


class EffectView(Told):
    """What a score is, and what it would be: a C, or `bonds.` and a bond."""

    score: str
    from_: Score = Field(alias="from")
    to: float


class ActionView(Told):
    """One thing to do. `priority`: 1 is first; `strategy`: a code of the catalogue (`GET /v1/strategies`).

    `way`: by a contact, at the next visit or till, or in our own house; `purpose`, `channel`: of the consent in force
    for a contact, else null. `expected_effect`: today, all else being equal; null where `effect_unknown` says why.
    """

    action: str
    title: str
    strategy: str
    priority: int = Field(ge=1)
    reason: str
    way: Literal["contact", "visit", "house"]
    purpose: str | None
    channel: str | None
    expected_effect: EffectView | None
    effect_unknown: str | None


class NextActionsPart(Part):
    """What to do next, the most urgent first."""

    next_actions: list[ActionView]


class Card(BondsPart, DefectionPart, ValuePart, NextActionsPart):
    """One customer as of a date. `coverage`: the share of the Cs that are known.

    `purchase_days`: in the whole lifetime. `comparison`: by segment that the customer is in, the percentile of the
    index and of each C among its members; `percentile` is among the whole base.
    """

    rules_version: str
    reference: ReferenceView | None
    index: Score
    coverage: float = Field(ge=0, le=1)
    percentile: Score
    phase: PhaseName
    phase_history: list[PhaseChange]
    cs: Cs
    profile: ProfileView
    purchase_days: int
    segments: list[str]
    comparison: dict[str, dict[str, Score]]
    facts_recorded_after: int
