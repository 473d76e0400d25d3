"""How much an employee may grant by themselves, and who may decide on what somebody else asked for. Pure.

An own rule: a limit is of one remedy, by the level of the granter's training, in one currency. A currency for which
no limit was ever put is not governed yet: anything goes in it, so that tills keep working until the first is put.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Limits = Mapping[int, Decimal]
"""The limits of one currency by level; none: it is not governed."""

RequestState = Literal["pending", "approved", "refused"]
PRICED = frozenset({"refund", "voucher", "replacement"})
"""Kinds of remedies that are money: where anything is governed, what they cost must be told."""


class BeyondAuthorityError(Exception):
    """The amount is more than the employee may grant; the text names both."""


class TrainingExpiredError(BeyondAuthorityError):
    """The same, and a training that has expired would have been enough."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What an employee is trained for at a moment: the highest level that holds, and the highest that has expired."""

    level: int
    lapsed: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who does something: the employee they name, or None, and the subject of their token."""

    named: str | None
    token: str

    @property
    def id(self) -> str:
        """The employee as others know them."""
        return self.named or self.token


def limit(limits: Limits, level: int) -> Decimal:
    """The most that this level may grant: its own limit, else that of the next lower level, else nothing."""
    own = [each for each in limits if each <= level]
    return limits[max(own)] if own else Decimal(0)


def check(amount: Decimal, limits: Limits, trained: Trained) -> None:
    """Raises `BeyondAuthorityError` or `TrainingExpiredError` for more than the employee may grant."""
    most = limit(limits, trained.level)
    if not limits or amount <= most:
        return
    told = f"{amount:f} is more than {most:f}, the limit of level {trained.level}"
    if amount <= limit(limits, trained.lapsed):
        raise TrainingExpiredError(f"{told}; the training of level {trained.lapsed} has expired")
    raise BeyondAuthorityError(told)


def same(one: Person, other: Person) -> bool:
    """Whether two may be the same person. Where one is not named, or by their own token, the tokens tell."""
    unnamed = {one.named, other.named} & {None, one.token}
    return one.id == other.id or (one.token == other.token and bool(unnamed))
