"""The catalogue of strategies: how a customer is won, and how a customer is kept.

The strategies are the field's (Gordon, *Relationship Marketing*, 1998; Keaveney 1995 for what drives customers away).
Scoring has the same catalogue, for its next actions; services share no code, so a test holds the two together.
"""

from typing import Literal, NamedTuple

StrategyKind = Literal["acquisition", "retention"]


class Strategy(NamedTuple):
    """One way to win or to keep a customer. `code`: what objectives name it by; `meaning`: one line."""

    code: str
    name: str
    kind: StrategyKind
    meaning: str


def _wins(code: str, name: str, meaning: str) -> Strategy:
    return Strategy(code, name, "acquisition", meaning)


def _keeps(code: str, name: str, meaning: str) -> Strategy:
    return Strategy(code, name, "retention", meaning)


STRATEGIES: tuple[Strategy, ...] = (
    _wins("customer_analysis", "Customer analysis", "Know who buys, why, and what each is worth."),
    _wins("buying_behaviour", "Buying behaviour", "Meet each in the way in which they decide to buy."),
    _wins("competitors", "Competitors", "Know what others offer, and to whom, and answer it."),
    _wins("cost", "Cost", "Make it cheap to win a customer, and to become one."),
    _wins(
        "differentiated_price_and_quality",
        "Differentiated price and quality",
        "Offer each the price and quality they seek.",
    ),
    _wins("referral", "Referral", "Let content customers bring others."),
    _keeps("people", "People", "Let people who know the customer serve them."),
    _keeps("process", "Process", "Make every step, from contact to cash, easy and in time."),
    _keeps("product", "Product", "Keep what the customer wants on offer, sound and to be had."),
    _keeps("organization", "Organization", "Let the whole organization answer for the customer."),
    _keeps("less_dissatisfaction", "Less dissatisfaction", "Find what annoys, and put it right soon."),
    _keeps("listening", "Listening", "Ask, measure, and act on the answers."),
    _keeps("reward", "Reward", "Share back part of what loyalty earns."),
    _keeps("social_ties", "Social ties", "Let customer and staff know each other by name."),
    _keeps("tailoring", "Tailoring", "Fit goods, service and offers to the one customer."),
    _keeps("integration", "Integration", "Join our processes to the customer's own."),
    _keeps("extension", "Extension", "Serve more of the customer's needs."),
    _keeps("technology", "Technology", "Be where and how the customer now prefers to deal."),
    _keeps("winning_back", "Winning back", "Ask those who leave why, and give them a reason to return."),
)
"""All of them, those that win customers first."""

CODES = frozenset(strategy.code for strategy in STRATEGIES)
"""What an objective may name."""
