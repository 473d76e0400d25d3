"""Points as double entries: what each step moves between a customer's accounts and the programme's.

Points are whole numbers. The entries of a step sum to 0, and a customer's balance is the sum of their entries. Points
stand in lots, one for each purchase or award that earned them; `remaining` is what is left of a lot.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, Protocol

from services.loyalty.programme.domain import Programme
from shared.events.values import ID_PATTERN
from shared.money import DECIMALS

Account = Literal["pending", "available", "owed", "issued", "redeemed", "expired", "forgotten"]
"""The first three are the customer's; `owed` is below 0 while there is a debt. The rest are the programme's."""
Kind = Literal["earned", "matured", "spent", "expired", "reversed", "adjusted"]
PROGRAMMES: frozenset[Account] = frozenset({"issued", "redeemed", "expired", "forgotten"})
MOST = 1_000_000_000
"""Points that one step can move: what an event can tell."""
NEVER = datetime.max.replace(tzinfo=UTC)
_ID = re.compile(ID_PATTERN)
_CAUSE = re.compile(r"[A-Za-z0-9._:-]{1,100}")


class NotEnoughPointsError(Exception):
    """Fewer points can be spent than that; the text says how many can."""


class Entry(NamedTuple):
    """Points that an account gains, below 0 where it loses them. `customer_id`, `lot_id`: of a customer's account."""

    account: Account
    points: int
    customer_id: str | None = None
    lot_id: str | None = None


class Lot(Protocol):
    """Points that were earned together, for one customer.

    `points`: what the customer has had of it; what was taken back for it or lost by age does not count. `remaining`:
    what is left, pending until `matured_at` is set. They can be spent from `available_at` until before `expires_at`;
    with `expired_at` set, the rest is lost.
    """

    id: str
    customer_id: str
    available_at: datetime
    expires_at: datetime | None
    matured_at: datetime | None
    expired_at: datetime | None
    points: int
    remaining: int


def earned(paid: Decimal, rate: Decimal) -> int:
    """Points for what was paid at `rate` points a unit, rounded down to whole ones; at most `MOST`."""
    return min(MOST, math.floor(Fraction(max(paid, Decimal(0))) * Fraction(rate)))


def rate(programme: Programme, tier: str | None) -> Decimal:
    """Points for one unit of the currency paid by somebody of this tier; a tier of no programme counts as none."""
    multipliers = {rule.code: rule.multiplier for rule in programme.tiers}
    return programme.points_per_unit * multipliers.get(tier or "", Decimal(1))


def worth(points: int, programme: Programme) -> Decimal:
    """What points are worth by this programme."""
    return valued(points, programme.point_value, programme.currency)


def valued(points: int, point_value: Decimal, currency: str) -> Decimal:
    """What points are worth at so much each, rounded down to what the currency can hold."""
    return (points * point_value).quantize(Decimal(1).scaleb(-DECIMALS[currency]), ROUND_DOWN)


def cause(kind: str, of: str) -> str:
    """The id of the lot or movement that comes of this: told twice, it is the same."""
    # Third parties' ids may be longer than what an event can name.
    return f"{kind}:{of if _CAUSE.fullmatch(of) else hashlib.sha256(of.encode()).hexdigest()[:40]}"


def known_id(told: str | None) -> str | None:
    """The id, where an event can name it."""
    return told if told is not None and _ID.fullmatch(told) else None


def lost(lot: Lot, at: datetime) -> bool:
    """Whether what is left of the lot is lost by age at that moment; a clock that is ahead of ours may have said so."""
    return lot.expired_at is not None or (lot.expires_at is not None and lot.expires_at <= at)


def moved(entries: Iterable[Entry]) -> int:
    """How many points the customer gained by a step, below 0 where they lost some; 0 where points only matured."""
    return -sum(entry.points for entry in entries if entry.account in PROGRAMMES)


def pending(lot: Lot, points: int) -> list[Entry]:
    """Points are earned that can't be spent yet."""
    return _set(Entry("pending", points, lot.customer_id, lot.id), Entry("issued", -points))


@dataclass(slots=True)
class Purse:
    """What a customer has in one currency, under all of their ids. `owed`: by id, what they owe, not below 0.

    Its methods change the lots and answer the entries of the step.
    """

    lots: list[Lot]
    owed: dict[str, int]

    def mature(self, lot: Lot) -> list[Entry]:
        """A lot becomes available; what is owed is paid of it first."""
        points, lot.matured_at = lot.remaining, lot.available_at
        paid = list(self._pay(points))
        lot.remaining -= sum(entry.points for entry in paid)
        available = Entry("available", lot.remaining, lot.customer_id, lot.id)
        return _set(Entry("pending", -points, lot.customer_id, lot.id), available, *paid)

    def give(self, lot: Lot, points: int) -> list[Entry]:
        """A lot gets points: pending as it is, or available at once, when what is owed is paid of them first."""
        lot.points += points
        paid = [] if lot.matured_at is None else list(self._pay(points))
        left = points - sum(entry.points for entry in paid)
        lot.remaining += left
        return _set(Entry("issued", -points), Entry(_where(lot), left, lot.customer_id, lot.id), *paid)

    def spend(self, points: int, at: datetime, then: Mapping[str, int], now: datetime) -> list[Entry]:
        """Points are paid with, the oldest-expiring first; raises `NotEnoughPointsError`.

        `then`: by lot, what was available of it at that moment; what has been spent since can't be spent again, nor
        what is lost by age `now`, whether the clock has looked or not.
        """
        usable = {lot.id: min(lot.remaining, then.get(lot.id, 0)) for lot in self.lots if _usable(lot, at, now)}
        if sum(usable.values()) < points:
            raise NotEnoughPointsError(f"only {sum(usable.values())} points can be spent")
        return [*self._take(self._by_expiry(), points, usable), Entry("redeemed", points)]

    def take_back(self, points: int, at: datetime, customer_id: str, own: Lot | None = None) -> list[Entry]:
        """Points are taken back: of the lot that they were earned in, then of others, the oldest-expiring first.

        What is lost by age at that moment is not taken; what is missing, `customer_id` owes.
        """
        lots = sorted(self._by_expiry(), key=lambda lot: lot is not own)
        left = {lot.id: lot.remaining for lot in lots if lot is own or not lost(lot, at)}
        taken = self._take(lots, points, left)
        missing = points + sum(entry.points for entry in taken)
        self.owed[customer_id] = self.owed.get(customer_id, 0) + missing
        return _set(Entry("issued", points), *taken, Entry("owed", -missing, customer_id))

    def expire(self, lot: Lot) -> list[Entry]:
        """What remains of a lot is lost by age."""
        rest, where = lot.remaining, _where(lot)
        lot.points, lot.remaining, lot.expired_at = lot.points - rest, 0, lot.expires_at
        return _set(Entry(where, -rest, lot.customer_id, lot.id), Entry("expired", rest))

    def _pay(self, points: int) -> Iterator[Entry]:
        for customer, debt in sorted(self.owed.items()):
            paid = min(debt, points)
            points, self.owed[customer] = points - paid, debt - paid
            if paid:
                yield Entry("owed", paid, customer)

    def _take(self, lots: Iterable[Lot], points: int, at_most: Mapping[str, int]) -> list[Entry]:
        entries = []
        for lot in lots:
            taken = min(points, at_most.get(lot.id, 0))
            if taken:
                points, lot.remaining = points - taken, lot.remaining - taken
                entries.append(Entry(_where(lot), -taken, lot.customer_id, lot.id))
        return entries

    def _by_expiry(self) -> list[Lot]:
        return sorted(self.lots, key=lambda lot: (lot.expires_at or NEVER, lot.available_at, lot.id))


def _where(lot: Lot) -> Account:
    return "pending" if lot.matured_at is None else "available"


def _usable(lot: Lot, at: datetime, now: datetime) -> bool:
    return lot.matured_at is not None and lot.available_at <= at and not lost(lot, max(at, now))


def _set(*entries: Entry) -> list[Entry]:
    return [entry for entry in entries if entry.points]
