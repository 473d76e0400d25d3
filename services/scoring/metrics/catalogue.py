"""What was on offer when, and the margin assumed where a line's cost is not known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Offer:
    """One stretch of days in which a category is offered; `until` is exclusive, None means still.

    `assumed_margin`: share of the price that is margin.
    """

    since: date
    until: date | None = None
    assumed_margin: Decimal | None = None

    def holds(self, day: date) -> bool:
        """Whether the category is on offer on that UTC day."""
        return self.since <= day and (self.until is None or day < self.until)

    def to_json(self) -> dict[str, Any]:
        """`{offered_from, offered_until, assumed_margin}`; days ISO 8601, the margin a decimal string."""
        return {
            "offered_from": self.since.isoformat(),
            "offered_until": self.until and self.until.isoformat(),
            "assumed_margin": None if self.assumed_margin is None else format(self.assumed_margin, "f"),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The offer in what `to_json` told, or in the data of a `category.offered` fact."""
        until, margin = told.get("offered_until"), told.get("assumed_margin")
        return cls(
            since=date.fromisoformat(told["offered_from"]),
            until=None if until is None else date.fromisoformat(until),
            assumed_margin=None if margin is None else Decimal(margin),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every category that ever was on offer, with its stretches in ascending order."""

    categories: Mapping[str, tuple[Offer, ...]]

    def offered(self, day: date) -> frozenset[str]:
        """The categories on offer on that UTC day."""
        return frozenset([name for name, offers in self.categories.items() for offer in offers if offer.holds(day)])

    def changes(self, after: date) -> Iterator[date]:
        """The UTC days after this one on which what is on offer changes."""
        for offers in self.categories.values():
            for offer in offers:
                if offer.since > after:
                    yield offer.since
                if offer.until is not None and offer.until > after:
                    yield offer.until

    def assumed_margin(self, category: str, sold: date, today: date) -> Decimal | None:
        """The margin assumed on the day of the sale, else today's; None where neither day has one."""
        offers = self.categories.get(category, ())
        for day in (sold, today):
            for offer in offers:
                if offer.assumed_margin is not None and offer.holds(day):
                    return offer.assumed_margin
        return None

    def steady_margins(self, today: date) -> dict[str, Decimal]:
        """What `assumed_margin` says whatever the day of the sale: of categories with one stretch, on today."""
        return {
            name: offers[0].assumed_margin
            for name, offers in self.categories.items()
            if len(offers) == 1 and offers[0].assumed_margin is not None and offers[0].holds(today)
        }

    def to_json(self) -> dict[str, Any]:
        """`{category: [offer]}`, categories in alphabetical order."""
        return {name: [offer.to_json() for offer in self.categories[name]] for name in sorted(self.categories)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The catalogue that `to_json` told."""
        return cls({name: tuple(map(Offer.from_json, offers)) for name, offers in told.items()})
