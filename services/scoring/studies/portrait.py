"""What one customer adds to the picture of a group: numbers for columns, and words to be counted."""

from collections.abc import Mapping

from services.scoring.metrics.history import History
from services.scoring.metrics.rules import Rules
from services.scoring.studies.study import Subject

CONTRIBUTION, DELIVERED, ACCEPTED, AT_RISK = "contribution_percentile", "delivered", "accepted", "at_risk"
SCORE, BOND, SPEND, CLV = "score:", "bond:", "spend:", "clv:"
"""How the columns of Cs, of bonds and of currencies begin; the name of each follows."""


def numbers(subject: Subject) -> Mapping[str, float | None]:
    """By column, as of the close, None where not known; purchases, spend and promotions of the window."""
    history, card = subject.history, subject.card
    return {
        "index": card.index.value,
        **{f"{SCORE}{name}": measured.score for name, measured in card.cs.items()},
        **{f"{BOND}{name}": bond.strength for name, bond in card.bonds.bonds.items()},
        "p_alive": card.value.p_alive,
        f"{CLV}{history.currency}": worth(subject),
        "purchases": float(len(history.recent(history.purchases))),
        f"{SPEND}{history.currency}": None if history.currency is None else float(sum(history.spend.values())),
        CONTRIBUTION: card.cs["cost_profitability_value"].inputs["contribution_percentile"],
        AT_RISK: float(card.defection.at_risk),
        **_promotions(history),
    }


def worth(subject: Subject) -> float | None:
    """The customer lifetime value, in the main currency; None where not known."""
    clv = subject.card.value.clv
    return None if clv is None else float(clv)


def categories(history: History, rules: Rules) -> list[str]:
    """Those of positive net spend in the window, in alphabetical order."""
    return sorted({name for name, net in history.spend.items() if net > 0} - {rules.unknown_category})


def _promotions(history: History) -> dict[str, float]:
    contacts = [contact for contact in history.recent(history.contacts) if contact.consented]
    accepted = sum(contact.accepted is not None for contact in contacts)
    return {DELIVERED: float(len(contacts)), ACCEPTED: float(accepted)}
