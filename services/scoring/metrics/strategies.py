"""The catalogue of strategies: how a customer is won, and how a customer is kept.

The strategies are the field's (Gordon, *Relationship Marketing*, 1998; Keaveney 1995 for what drives customers away);
their codes are this project's own. Objectives, campaigns and next actions name a strategy by its code; a retailer
may use codes of its own beside these.
"""

from enum import StrEnum
from typing import NamedTuple


class StrategyKind(StrEnum):
    """What a strategy is for."""

    ACQUISITION = "acquisition"
    RETENTION = "retention"


class Strategy(NamedTuple):
    """One way to win or to keep a customer. `code`: what others name it by; `meaning`: one line."""

    code: str
    name: str
    kind: StrategyKind
    meaning: str


def _wins(code: str, name: str, meaning: str) -> Strategy:
    return Strategy(code, name, StrategyKind.ACQUISITION, meaning)


def _keeps(code: str, name: str, meaning: str) -> Strategy:
    return Strategy(code, name, StrategyKind.RETENTION, meaning)


CUSTOMER_ANALYSIS = _wins("customer_analysis", "Customer analysis", "Know who buys, why, and what each is worth.")
BUYING_BEHAVIOUR = _wins("buying_behaviour", "Buying behaviour", "Meet each in the way in which they decide to buy.")
COMPETITORS = _wins("competitors", "Competitors", "Know what others offer, and to whom, and answer it.")
COST = _wins("cost", "Cost", "Make it cheap to win a customer, and to become one.")
PRICE_AND_QUALITY = _wins(
    "differentiated_price_and_quality",
    "Differentiated price and quality",
    "Offer each the price and quality they seek.",
)
REFERRAL = _wins("referral", "Referral", "Let content customers bring others.")

PEOPLE = _keeps("people", "People", "Let people who know the customer serve them.")
PROCESS = _keeps("process", "Process", "Make every step, from contact to cash, easy and in time.")
PRODUCT = _keeps("product", "Product", "Keep what the customer wants on offer, sound and to be had.")
ORGANIZATION = _keeps("organization", "Organization", "Let the whole organization answer for the customer.")
LESS_DISSATISFACTION = _keeps(
    "less_dissatisfaction", "Less dissatisfaction", "Find what annoys, and put it right soon."
)
LISTENING = _keeps("listening", "Listening", "Ask, measure, and act on the answers.")
REWARD = _keeps("reward", "Reward", "Share back part of what loyalty earns.")
SOCIAL_TIES = _keeps("social_ties", "Social ties", "Let customer and staff know each other by name.")
TAILORING = _keeps("tailoring", "Tailoring", "Fit goods, service and offers to the one customer.")
INTEGRATION = _keeps("integration", "Integration", "Join our processes to the customer's own.")
EXTENSION = _keeps("extension", "Extension", "Serve more of the customer's needs.")
TECHNOLOGY = _keeps("technology", "Technology", "Be where and how the customer now prefers to deal.")
WINNING_BACK = _keeps("winning_back", "Winning back", "Ask those who leave why, and give them a reason to return.")

STRATEGIES: tuple[Strategy, ...] = (
    CUSTOMER_ANALYSIS,
    BUYING_BEHAVIOUR,
    COMPETITORS,
    COST,
    PRICE_AND_QUALITY,
    REFERRAL,
    PEOPLE,
    PROCESS,
    PRODUCT,
    ORGANIZATION,
    LESS_DISSATISFACTION,
    LISTENING,
    REWARD,
    SOCIAL_TIES,
    TAILORING,
    INTEGRATION,
    EXTENSION,
    TECHNOLOGY,
    WINNING_BACK,
)
"""All of them, those that win customers first."""
