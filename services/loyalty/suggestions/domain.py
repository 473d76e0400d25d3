"""The life of a suggestion: it was put to a customer, who takes it or declines it, once."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from shared.events.loyalty import SuggestionKind

State = Literal["open", "accepted", "declined"]
ModelState = Literal["waiting", "training", "ready", "failed"]
Kind = SuggestionKind

WINDOW = timedelta(days=365)
"""What is learned from, and what a customer's suggestions are computed from: purchases of the last year."""
NEW_AFTER = timedelta(days=180)
"""A category that a customer has not bought for so long is new to them."""
DECLINED_FOR = timedelta(days=90)
"""What was declined is not suggested again for so long."""
OPEN_FOR = timedelta(days=14)
"""So long a suggestion without an answer is shown with its id, so that nobody makes it twice."""


class RefusedError(Exception):
    """A rule refuses the step; the text says which."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How a suggestion stands. All instants in UTC; `accepted` and `answered_at` are None until it is answered."""

    made_at: datetime
    accepted: bool | None = None
    answered_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether it was answered, and how."""
        if self.accepted is None:
            return "open"
        return "accepted" if self.accepted else "declined"


def answer(offer: Offer, accepted: bool, told: datetime | None, now: datetime) -> Offer:
    """The suggestion once it is answered, at the time `told` or now.

    Raises `RefusedError` where it was answered before, and for a time before it was made.
    """
    if offer.accepted is not None:
        raise RefusedError(f"the suggestion was {offer.state} already: it is answered once")
    if told is not None and told < offer.made_at:
        raise RefusedError(f"it was made at {offer.made_at.isoformat()}: it can't have been answered before that")
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    at = told or max(now.astimezone(UTC), offer.made_at)
    return replace(offer, accepted=accepted, answered_at=at)
