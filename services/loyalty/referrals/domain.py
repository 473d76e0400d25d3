"""Who may bring whom, and which of the friend's purchases qualifies the referral.

A referral is made; the friend's first purchase that is not wholly returned qualifies it, and it is rewarded once that
can come back no more. When it comes back before, the next one qualifies. It is void where its two ends turn out to be
one customer.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Literal, NamedTuple

State = Literal["made", "qualified", "rewarded", "void"]
SELF = "the customer and the friend are one: nobody brings themselves"
BROUGHT = "the friend was brought by somebody already: a friend is brought once"
RING = "the friend brought the customer, directly or through others: referrals make no ring"
KNOWN = "the friend had bought before: who is a customer already is not brought"


class RefusedError(Exception):
    """A rule refuses the referral; the text says which."""


class Known(NamedTuple):
    """What is known of two who are about to be made a referral; each by every id under which they are known.

    `brought`: somebody brought the friend. `above`: who brought the customer, who brought them, and so on. `bought`:
    the friend bought something before.
    """

    customer: Collection[str]
    friend: Collection[str]
    brought: bool
    above: Collection[str]
    bought: bool


class Bought(NamedTuple):
    """A purchase of the friend's. `goods`: the lines with goods; `back`: those that came back whole."""

    id: str
    at: datetime
    currency: str
    goods: Collection[int]
    back: Collection[int]

    @property
    def stands(self) -> bool:
        """Whether the friend keeps something of it; a bill without goods is no purchase."""
        return not set(self.goods) <= set(self.back)


def check(known: Known) -> None:
    """Raises `RefusedError` for a referral that breaks a rule."""
    friend = set(known.friend)
    refusals = {
        SELF: not friend.isdisjoint(known.customer),
        BROUGHT: known.brought,
        RING: not friend.isdisjoint(known.above),
        KNOWN: known.bought,
    }
    for rule, broken in refusals.items():
        if broken:
            raise RefusedError(rule)


def qualifying(bought: Iterable[Bought]) -> Bought | None:
    """The first purchase that stands, by its time, whenever it was told; None where there is none."""
    return min((each for each in bought if each.stands), key=lambda each: (each.at, each.id), default=None)
