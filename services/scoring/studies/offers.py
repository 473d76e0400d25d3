"""What events tell of an offer's four As and four Rs: of each campaign that reached somebody in the window."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from services.scoring.metrics.activity import active
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.studies.study import Found, Setting, Subject


@dataclass(slots=True)
class _Offer:
    """Of one campaign: customers reached with consent, who answered, who accepted, and who of these is active.

    By currency: `bills` made under it, at their list price (`listed`), and what was let off (`off`).
    """

    reached: int = 0
    answered: int = 0
    accepted: int = 0
    stayed: int = 0
    bills: Counter[str] = field(default_factory=Counter)
    listed: dict[str, Decimal] = field(default_factory=dict)
    off: dict[str, Decimal] = field(default_factory=dict)


class Offers:
    """Counts of each campaign, then the shares that they make."""

    name = "offers"

    def __init__(self, setting: Setting) -> None:
        self.rules = setting.rules
        self._customers = 0
        self._offers: dict[str, _Offer] = {}

    def add(self, subject: Subject) -> None:
        """One more customer: what reached them, and what came of it."""
        self._customers += 1
        history = subject.history
        stays = active(history, history.as_of, self.rules)
        for contact in history.recent(history.contacts):
            if contact.consented:
                offer = self._of(contact.fact.data["campaign_id"])
                offer.reached += 1
                offer.answered += contact.answer is not None
                offer.accepted += contact.accepted is not None
                offer.stayed += contact.accepted is not None and stays
        self._shared(history)

    def found(self) -> Found:
        """`{campaign: {aware, response, acceptable, relationship, returns}}`, each `{value, n}`, a share 0–1."""
        return Found({name: self._told(self._offers[name]) for name in sorted(self._offers)})

    def _of(self, campaign: str) -> _Offer:
        return self._offers.setdefault(campaign, _Offer())

    def _shared(self, history: History) -> None:
        for bill in history.recent(history.purchases):
            if campaign := bill.fact.data.get("campaign_id"):
                offer, currency = self._of(campaign), bill.currency
                listed = sum((line.listed for line in bill.lines), Decimal(0))
                paid = sum((line.paid for line in bill.lines), Decimal(0))
                offer.bills[currency] += 1
                offer.listed[currency] = offer.listed.get(currency, Decimal(0)) + listed
                offer.off[currency] = offer.off.get(currency, Decimal(0)) + listed - paid

    def _told(self, offer: _Offer) -> dict[str, Any]:
        return {
            "aware": _share(offer.reached, self._customers),
            "response": _share(offer.answered, offer.reached),
            "acceptable": _share(offer.accepted, offer.answered),
            "relationship": _share(offer.stayed, offer.accepted),
            "returns": _returns(offer),
        }


def _share(part: int, whole: int) -> dict[str, Any]:
    return {"value": rounded(part / whole) if whole else None, "n": whole}


def _returns(offer: _Offer) -> dict[str, Any]:
    """The share of the list price that was let off, in the currency of most bills: currencies are never added."""
    currency = min(offer.bills, key=lambda name: (-offer.bills[name], name), default=None)
    if currency is None or offer.listed[currency] <= 0:
        return {"value": None, "n": 0}
    return {"value": rounded(float(offer.off[currency] / offer.listed[currency])), "n": offer.bills[currency]}
