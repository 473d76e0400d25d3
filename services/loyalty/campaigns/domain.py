"""When a campaign begins and until when it is valid (UTC), whom it holds back, and how sure its results are."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple

from shared.proportions import Z95, Interval, newcombe, wilson

_DRAWN = 8
"""How many bytes of the digest are drawn from: fine enough for any share, and the same in every language."""
_DIGITS = 4


def begins(starts_on: date) -> datetime:
    """The start of its first day."""
    return datetime.combine(starts_on, time(), UTC)


def valid_until(ends_on: date) -> datetime:
    """The start of the day after its last, exclusive."""
    return begins(ends_on) + timedelta(days=1)


def held_back(campaign_id: str, customer_id: str, control_share: Decimal) -> bool:
    """Whether the customer is of the control group: SHA-256 of `<campaign>:<customer>` is a fraction below the share.

    The same draw whoever asks and whenever; independent between campaigns, so that nobody is held back from all.
    """
    digest = sha256(f"{campaign_id}:{customer_id}".encode()).digest()
    drawn = Fraction(int.from_bytes(digest[:_DRAWN]), 1 << 8 * _DRAWN)
    return drawn < Fraction(control_share)


class Group(NamedTuple):
    """So many people, and how many of them did what is asked about."""

    people: int
    did: int


class Share(NamedTuple):
    """A share, 0–1, or the difference of two, with its 95 % interval."""

    value: float
    interval: tuple[float, float]


def share(group: Group) -> Share | None:
    """The share with Wilson's interval; None of nobody."""
    if not group.people:
        return None
    return _shown(group.did / group.people, wilson(group.did, group.people, Z95))


def lift(treated: Group, control: Group) -> Share:
    """The treated's share less the control group's, with Newcombe's interval; of at least one on each side."""
    difference = treated.did / treated.people - control.did / control.people
    return _shown(difference, newcombe(treated.did, treated.people, control.did, control.people, Z95))


def _shown(value: float, interval: Interval) -> Share:
    low, high = interval.to_json()
    return Share(round(value, _DIGITS) + 0.0, (low, high))
