"""Whom a card names when a till tells it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose a card is. `blocked_at`: from then on it names nobody; None where it was never blocked."""

    customer_id: str
    blocked_at: datetime | None

    def named_at(self, moment: datetime) -> bool:
        """Whether the card named its holder then: a sale before the loss is theirs, however late it is told."""
        return self.blocked_at is None or moment < self.blocked_at


class Issued(NamedTuple):
    """A card, when it was issued, and to whom; a blocked one's holder is a member still."""

    issued_at: datetime
    card_id: str
    customer_id: str


def refusal(holder: Holder | None, customer_id: str | None, moment: datetime) -> str | None:
    """Why a sale at `moment` with this card is not taken, or None where it is.

    `customer_id`: the customer told beside the card. A sale whose customer is told is never lost for a card
    that we did not issue or that is blocked, only for one that is somebody else's.
    """
    if customer_id is not None:
        return None if holder is None or holder.customer_id == customer_id else "the card is another customer's"
    if holder is None:
        return "no such card"
    return None if holder.named_at(moment) else "the card was blocked before"
