"""The rules: every weight, window and threshold that a score depends on, as one versioned document."""

from datetime import timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

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


class Rule(BaseModel):
    """A part of the rules: immutable, and strict about names, so that a misspelt rule is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
    least: int = 3
    lead: int = 2


class Rules(Rule):
    """All of it. A scorecard names the `version` it was made with: change a rule, change the version."""

    version: str = "2026.1"
    window: timedelta = timedelta(days=365)
    confidence_k: float = Field(default=5.0, gt=0, description="evidence at which confidence is one half")
    default_confidence: float = Field(default=0.5, ge=0, le=1, description="at most, where we set the goal")
    weights: dict[C, float] = Field(default_factory=lambda: dict.fromkeys(ELEVEN_CS, 1.0))
    least_known: int = Field(default=4, ge=1, description="Cs known before there is an index")
    least_population: int = Field(default=20, ge=1, description="customers before there is a percentile")
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
    contact_validity: timedelta = Field(default=timedelta(days=30), description="where a contact names none")
    new_category: timedelta = Field(default=timedelta(days=180), description="how long a category is new")
    reopened: timedelta = Field(default=timedelta(days=7), description="a resolution that does not last so long")
    review: timedelta = Field(default=timedelta(days=30), description="no card grows older unseen")
    freshness: Freshness = Freshness()
    extension: Extension = Extension()
    silence: Silence = Silence()
    causes: Causes = Causes()

    @model_validator(mode="after")
    def _weighs_every_c(self) -> Self:
        if self.weights.keys() != set(ELEVEN_CS) or min(self.weights.values()) < 0:
            raise ValueError("each of the eleven Cs has a weight of at least 0")
        return self


DEFAULT_RULES = Rules()
