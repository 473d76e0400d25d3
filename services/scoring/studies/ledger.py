"""What a group of customers brought and cost over one period, summed by main currency: currencies are never added."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from services.scoring.metrics.account import Account, account
from services.scoring.metrics.catalogue import Catalogue
from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.history import History
from services.scoring.metrics.metric import amount
from services.scoring.metrics.rules import Rules
from services.scoring.studies.periods import Period
from shared.events.customers import AcquisitionStageChanged

_ZERO = Decimal(0)
_CENT = Decimal("0.01")
CAUTION = (
    "Members were chosen by what they had done: who stood high is likely to stand lower later and who stood low higher,"
    " whatever was spent on them. Only a control group tells what spending brought."
)
_SUMMED = (
    "listed", "revenue", "goods", "visits", "complaints", "remedies", "gestures", "acquisition", "points",
)  # fmt: skip


@dataclass(slots=True)
class Sales:
    """Purchases, and what it cost to come by them: visits, complaints, remedies, gestures and acquisition."""

    purchases: int = 0
    cost: Decimal = _ZERO

    def to_json(self) -> dict[str, Any]:
        """`cost_of_sale`: of one purchase, rounded to cents; null where nothing was bought."""
        each = amount((self.cost / self.purchases).quantize(_CENT)) if self.purchases else None
        return {"purchases": self.purchases, "cost": amount(self.cost), "cost_of_sale": each}


@dataclass(slots=True)
class Book:
    """The sums of one currency. `profitable`: customers whose contribution is known, and above nothing.

    `new`: sales to who bought first in the period, at the cost of them and of whoever did not buy by its end:
    what was spent on those who were not won is part of what the others cost.
    """

    customers: int = 0
    buyers: int = 0
    profitable: int = 0
    total: Account = field(default_factory=Account)
    existing: Sales = field(default_factory=Sales)
    new: Sales = field(default_factory=Sales)

    def enter(self, made: Account, *, existing: bool) -> None:
        """One more customer's account."""
        self.customers += 1
        self.buyers += made.purchases > 0
        self.profitable += made.known and made.contribution > 0
        self._sum(made)
        sales = self.existing if existing else self.new
        sales.purchases += made.purchases
        sales.cost += _cost_of_sales(made)

    def _sum(self, made: Account) -> None:
        self.total.purchases += made.purchases
        self.total.known |= made.known
        for name in _SUMMED:
            setattr(self.total, name, getattr(self.total, name) + getattr(made, name))
        self.total.assumed |= made.assumed
        for category, revenue in made.left_out.items():
            self.total.left_out[category] = self.total.left_out.get(category, _ZERO) + revenue

    @property
    def contribution(self) -> Decimal | None:
        """Of all of them; None where the cost of nothing that they bought is known."""
        return None if self.total.left_out and not self.total.known else self.total.contribution

    @property
    def spending(self) -> Decimal:
        """What was spent on the relationship: discounts, points and gestures."""
        return self.total.discounts + self.total.points + self.total.gestures

    def to_json(self) -> dict[str, Any]:
        """Money as decimal strings; `left_out`: revenue whose cost nobody knows, and which is nowhere else."""
        return {
            "customers": self.customers,
            "buyers": self.buyers,
            "profitable_customers": self.profitable,
            "purchases": self.total.purchases,
            **{name: amount(getattr(self.total, name)) for name in _SUMMED if name != "listed"},
            "discounts": amount(self.total.discounts),
            "cost": amount(self.total.goods + _cost_of_sales(self.total)),
            "contribution": None if self.contribution is None else amount(self.contribution),
            "left_out": amount(sum(self.total.left_out.values(), _ZERO)),
            "assumed_margins": bool(self.total.assumed),
            "existing_customers": self.existing.to_json(),
            "new_customers": self.new.to_json(),
        }


class Ledger:
    """The books of one period, by currency."""

    def __init__(self) -> None:
        self.books: dict[str, Book] = {}

    def enter(self, currency: str, made: Account, *, existing: bool) -> None:
        """One more customer, of this main currency."""
        self.books.setdefault(currency, Book()).enter(made, existing=existing)


def currency_of(history: History) -> str | None:
    """The main currency; of who never bought, that in which their acquisition was paid; None where none is known."""
    if history.currency is not None:
        return history.currency
    costs = (fact.data.get("cost") for fact in history.of(AcquisitionStageChanged.TYPE))
    return min((cost["currency"] for cost in costs if cost), default=None)


def account_of(history: History, currency: str, period: Period, rules: Rules, catalogue: Catalogue) -> Account:
    """The account of the period in that currency."""
    read = history if history.currency == currency else replace(history, currency=currency)
    return account(read, period.starts, period.ends, rules, catalogue)


def changes(now: Ledger, before: Ledger) -> dict[str, Decimal]:
    """By currency, the change of the contribution as a share of what it was; left out where that was nothing."""
    found = {}
    for currency, book in before.books.items():
        change = _change(_book(now.books, currency), book)
        if change is not None and book.total.contribution > 0:
            found[currency] = change / book.total.contribution
    return found


def told_books(now: Ledger, before: Ledger, of_all: Mapping[str, Decimal], *, beside: bool) -> dict[str, Any]:
    """By currency: the last period, the one before it, and how they changed.

    `of_all`: how much everybody changed (`changes`); `beside`: whether a return is told, which is of what changed more.
    """
    return {
        currency: _told(_book(now.books, currency), _book(before.books, currency), of_all.get(currency), beside=beside)
        for currency in sorted(now.books.keys() | before.books.keys())
    }


def _told(now: Book, before: Book, of_all: Decimal | None, *, beside: bool) -> dict[str, Any]:
    change, spending = _change(now, before), now.spending
    more = None if change is None or of_all is None else change - before.total.contribution * of_all
    return {
        "now": now.to_json(),
        "before": before.to_json(),
        "change": None if change is None else amount(change),
        "change_of_all": None if of_all is None else rounded(float(of_all)),
        "relationship_spending": amount(spending),
        "return_on_spending": rounded(float(more / spending)) if beside and more is not None and spending > 0 else None,
        "caution": CAUTION,
    }


def _change(now: Book, before: Book) -> Decimal | None:
    """Of the contribution; None where one of them is not known."""
    known = now.contribution is not None and before.contribution is not None
    return now.total.contribution - before.total.contribution if known else None


def _book(books: Mapping[str, Book], currency: str) -> Book:
    return books.get(currency) or Book()


def _cost_of_sales(made: Account) -> Decimal:
    """What it cost beside the goods."""
    return made.visits + made.complaints + made.remedies + made.gestures + made.acquisition
