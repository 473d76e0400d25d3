"""What a customer requires of us: it stands from when they stated it until they take it back.

Checks come in any order, for what happened is often told late; but each is of a time at which the requirement stood.

A requirement may have a due time. Where nobody checked it by the time the clock looks after that, the clock makes one
check, at the due time, that does not conform. A check of an earlier time that is told later still counts by itself:
both are told. And as the clock's is a check like others, no withdrawal told later may come before it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime


class RefusedError(Exception):
    """A rule refuses the step; the text says which."""


@dataclass(frozen=True, slots=True)
class Demand:
    """How a requirement stands. All instants in UTC; `withdrawn_at` is None while it stands."""

    stated_at: datetime
    withdrawn_at: datetime | None = None


def check_due(stated_at: datetime, due_at: datetime | None) -> None:
    """Raises `RefusedError` for a requirement that was due before it was stated."""
    if due_at is not None and due_at < stated_at:
        raise RefusedError(f"it was stated at {stated_at.isoformat()}: it can't have been due before that")


def awaited(due_at: datetime | None, withdrawn_at: datetime | None = None) -> bool:
    """Whether the due time of a requirement that nobody checked is to be watched: it stands until then."""
    return due_at is not None and (withdrawn_at is None or due_at <= withdrawn_at)


def checked_at(demand: Demand, told: datetime | None, now: datetime) -> datetime:
    """When a check was made: as `told`, or now; raises `RefusedError` for a time at which nothing was required."""
    at = _not_before(demand.stated_at, told, now, "it was stated at {}: nothing was required before that")
    if demand.withdrawn_at is not None and at > demand.withdrawn_at:
        raise RefusedError(f"it was withdrawn at {demand.withdrawn_at.isoformat()}: nothing is required after that")
    return at


def withdraw(demand: Demand, last_check: datetime | None, told: datetime | None, now: datetime) -> Demand:
    """The requirement when it is taken back. `last_check`: the time of the latest check.

    Raises `RefusedError` for one that was withdrawn, and for a time before the statement or the latest check.
    """
    if demand.withdrawn_at is not None:
        raise RefusedError("the requirement was withdrawn already")
    last = max(demand.stated_at, last_check or demand.stated_at)
    return replace(demand, withdrawn_at=_not_before(last, told, now, "it stood at {}: it can't end before that"))


def _not_before(first: datetime, told: datetime | None, now: datetime, rule: str) -> datetime:
    if told is not None and told < first:
        raise RefusedError(rule.format(first.isoformat()))
    # Another clock may be ahead of ours: what is done now still comes after what it told us.
    return told or max(now.astimezone(UTC), first)
