"""Stores, as the reference topic tells of them, and what nobody in particular did there."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Store:
    """A store. `opened_on`, `closed_on`: UTC days, None where not told."""

    id: str
    format: str | None = None
    region: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one store and window: anonymous sales and visits."""

    purchases: int = 0
    visits: int = 0
