"""The rules: every weight, window and threshold that a score depends on, as one versioned document."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from services.scoring.metrics.action_rules import ActionRules
from services.scoring.metrics.population_rules import (
    AroundRules,
    AuditRules,
    PropensityRules,
    RateRules,
    ReadinessRules,
    SegmentRules,
    StoreRules,
    ValueRules,
)
from services.scoring.metrics.rule import Rule

C = Literal[
    "customer",
    "categories",
    "capabilities",
    "cost_profitability_value",
    "control_contact_to_cash",
    "collaboration_integration",
    "customization",
    "communications_interaction_positioning",
    "customer_measurements",
    "customer_care",
    "chain_of_relationships",
]
ELEVEN_CS: tuple[C, ...] = C.__args__  # type: ignore[attr-defined]  # typing keeps a Literal's values there


class RuledCost(Rule):
    """What one visit and one complaint cost us where nobody recorded it, in units of one currency."""

    visit: Decimal = Field(ge=0)
    complaint: Decimal = Field(ge=0)


class Freshness(Rule):
    """After this long a measurement by the instrument counts half."""

    purchase: timedelta = timedelta(days=30)
    visit: timedelta = timedelta(days=30)
    survey: timedelta = timedelta(days=180)
    profile: timedelta = timedelta(days=365)
    complaint_survey: timedelta = timedelta(days=90)


class Extension(Rule):
    """When a customer buys regularly: from this many purchase days, their gaps varying no more than this."""

    purchase_days: int = Field(default=5, ge=3)
    gap_variation: float = Field(default=1.0, gt=0, description="sample coefficient of variation")


class Silence(Rule):
    """How long a customer may be silent: the greater of `least` and `factor` times their usual gap."""

    least: timedelta = timedelta(days=30)
    factor: float = Field(default=2.0, gt=0)
    own_gaps: int = Field(default=4, ge=1, description="from this many gaps on the customer's own rhythm is known")
    quantile: float = Field(default=0.95, ge=0, le=1, description="of the customer's own gaps")


class Causes(Rule):
    """How evidence of a cause of defection is weighed, and when one cause leads clearly enough to be named."""

    since: timedelta = Field(default=timedelta(days=90), description="before the last purchase")
    stated: int = 5
    direct: int = 3
    pattern: int = 1
    least: int = 3
    lead: int = 2


class Patterns(Rule):
    """From how much on a pattern in what a customer does speaks for a cause of defection."""

    before: timedelta = Field(default=timedelta(days=365), description="what the evidence is held against")
    purchases: int = Field(default=3, ge=1, description="that a share or a rate must rest on")
    returns: int = Field(default=2, ge=1, description="of late, before there is a rate that doubled")
    growth: float = Field(default=2.0, gt=1, description="of the rate of returns")
    category_purchases: int = Field(
        default=12, ge=1, description="of a category in the time before: about three in 90 days are to be expected"
    )
    low_csat: int = Field(default=2, ge=1, le=5)
    app: str = Field(default="app", description="the channel that is the app")
    silence: timedelta = Field(default=timedelta(days=30), description="after the app was used last")


class Objectives(Rule):
    """How an objective for one customer is judged."""

    settling: timedelta = Field(default=timedelta(days=1), description="before anything is expected of it")
    without_strategy: float = Field(default=0.5, ge=0, le=1, description="what its share counts then")


class Control(Rule):
    """How a step from contact to cash that is late fades: evenly, from full worth at its due time to none."""

    worthless: timedelta = Field(default=timedelta(days=30), gt=timedelta(0), description="so late it counts nothing")


class Bonding(Rule):
    """What evidence of a bond weighs, how it fades, and when the bond is held and lost; strengths 0–1."""

    weight: float = Field(default=0.5, gt=0)
    light: float = Field(default=0.1, gt=0, description="the weight of points earned and of baggage looked after")
    half_life: timedelta = Field(default=timedelta(days=180), description="after this long a piece counts half")
    spacing: timedelta = Field(default=timedelta(days=30), description="at most one piece per kind in so long")
    most: float = Field(default=1.5, gt=0, description="the sum of weights that counts at most")
    held: float = Field(default=0.50, gt=0, lt=1, description="the strength from which it is held")
    lost: float = Field(default=0.35, gt=0, lt=1, description="the strength below which it is lost")
    events: int = Field(default=2, ge=1, description="distinct events before it is held")
    within: timedelta = Field(default=timedelta(days=720), description="how old such an event may be")


class Rules(Rule):
    """All of it. A scorecard names the `version` it was made with: change a rule, change the version."""

    version: str = "2026.6"
    window: timedelta = timedelta(days=365)
    confidence_k: float = Field(default=5.0, gt=0, description="evidence at which confidence is one half")
    default_confidence: float = Field(default=0.5, ge=0, le=1, description="at most, where we set the goal")
    weights: dict[C, float] = Field(default_factory=lambda: dict.fromkeys(ELEVEN_CS, 1.0))
    least_known: int = Field(default=4, ge=1, description="Cs known before there is an index")
    least_population: int = Field(default=20, ge=1, description="customers before there is a percentile")
    told_move: float = Field(default=1.0, gt=0, description="of the index, before it is told to other systems again")
    unknown_category: str = Field(default="UNKNOWN", description="the category of a line that has none")
    shared_back_target: float = Field(default=1.0, gt=0, description="of the margin before discounts")
    ruled_costs: dict[str, RuledCost] = Field(
        default={
            "EUR": RuledCost(visit=Decimal("0.25"), complaint=Decimal(10)),
            "INR": RuledCost(visit=Decimal(5), complaint=Decimal(200)),
            "USD": RuledCost(visit=Decimal("0.25"), complaint=Decimal(10)),
        },
        description="by currency: a minute of staff a visit, about half an hour a complaint",
    )
    contact_validity: timedelta = Field(
        default=timedelta(days=30), description="of a suggestion too; where none is named"
    )
    new_category: timedelta = Field(default=timedelta(days=180), description="how long a category is new")
    reopened: timedelta = Field(default=timedelta(days=7), description="a resolution that does not last so long")
    review: timedelta = Field(default=timedelta(days=30), description="no card grows older unseen")
    freshness: Freshness = Freshness()
    extension: Extension = Extension()
    silence: Silence = Silence()
    causes: Causes = Causes()
    bonds: Bonding = Bonding()
    patterns: Patterns = Patterns()
    objectives: Objectives = Objectives()
    control: Control = Control()
    period: timedelta = Field(
        default=timedelta(days=90), description="of the audit, and of what is compared before and after"
    )
    value: ValueRules = ValueRules()
    rates: RateRules = RateRules()
    audit: AuditRules = AuditRules()
    stores: StoreRules = StoreRules()
    readiness: ReadinessRules = ReadinessRules()
    segments: SegmentRules = SegmentRules()
    propensity: PropensityRules = PropensityRules()
    around: AroundRules = AroundRules()
    actions: ActionRules = ActionRules()

    @model_validator(mode="after")
    def _weighs_every_c(self) -> Self:
        if self.weights.keys() != set(ELEVEN_CS) or min(self.weights.values()) < 0:
            raise ValueError("each of the eleven Cs has a weight of at least 0")
        return self


DEFAULT_RULES = Rules()
