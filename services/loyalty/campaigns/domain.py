"""When a campaign begins and until when it is valid (UTC), and whom it holds back to be compared with."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256

_DRAWN = 8
"""How many bytes of the digest are drawn from: fine enough for any share, and the same in every language."""


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
