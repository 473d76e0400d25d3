"""The length of a visit: when it may end, when it ends by itself, and what is said in it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

AT_MOST = timedelta(hours=24)
"""How long a visit lasts at most that is in no store, whose day would end it."""


class RuleError(Exception):
    """A rule of visits forbids this; the text says which."""


@dataclass(frozen=True, slots=True)
class Stay:
    """When a customer was here. All instants in UTC; `ended_at` is None while they are.

    `closes_at`: the end of the store's day, which ends the visit unless somebody does before. A visit that was told
    when it was over may have lasted longer. `by_clock`: the day ended it, nobody of us has yet.
    """

    started_at: datetime
    closes_at: datetime
    ended_at: datetime | None = None
    by_clock: bool = False


def leave(stay: Stay, at: datetime) -> Stay:
    """The visit when the customer has left, of which the clock may have known first; raises `RuleError`."""
    if stay.ended_at is not None and not stay.by_clock:
        raise RuleError("the visit is over already")
    if at < stay.started_at:
        raise RuleError("it can't end before it started")
    if at > stay.closes_at:
        raise RuleError(f"a visit ends with the store's day: this one ended at {stay.closes_at.isoformat()} by itself")
    return replace(stay, ended_at=at, by_clock=False)


def close(stay: Stay) -> Stay:
    """The visit after the end of the store's day, which nobody has ended before."""
    return replace(leave(stay, stay.closes_at), by_clock=True)


def check_spoken(stay: Stay, at: datetime) -> None:
    """Raises `RuleError` for words of another day: staff may write down after the visit what was said, not when."""
    until = max(stay.closes_at, stay.ended_at or stay.closes_at)
    if not stay.started_at <= at <= until:
        span = f"{stay.started_at.isoformat()} and {until.isoformat()}"
        raise RuleError(f"a conversation is of the day of its visit: between {span}")
