"""When a customer may be contacted: with their consent, as a member of the segment, and not too often."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Reason = Literal["no_consent", "not_in_segment", "too_often", "reached"]
"""Why somebody may not be sent something. `reached`: it reached them under another of their ids."""


class Said(NamedTuple):
    """A consent was granted or withdrawn `at` that moment, and told at `told_at`, under one of the customer's ids."""

    customer_id: str
    at: datetime
    granted: bool
    told_at: datetime


class Crossing(NamedTuple):
    """The customer entered or left a segment."""

    at: datetime
    entered: bool


class Policy(NamedTuple):
    """At most so many contacts through one channel in any span of so many days."""

    most: int
    days: int

    @property
    def span(self) -> timedelta:
        """The days as a span."""
        return timedelta(days=self.days)


DEFAULT = Policy(most=8, days=30)
"""What holds for a channel that has no policy of its own."""


def consented(said: Sequence[Said], at: datetime) -> bool:
    """Whether the customer agreed to a contact at that moment: what they said last by then was yes.

    `said`: under every id of theirs, in any order. Of a grant and a withdrawal at one moment the withdrawal counts.
    """
    before = [each for each in said if each.at <= at and not _undone(each, said)]
    last = max(before, key=lambda each: (each.at, not each.granted), default=None)
    return last is not None and last.granted


def is_member(crossings: Iterable[Crossing], at: datetime) -> bool:
    """Whether who crossed a segment's border so, under one id, was in it then. Of both at one moment leaving counts."""
    before = [each for each in crossings if each.at <= at]
    last = max(before, key=lambda each: (each.at, not each.entered), default=None)
    return last is not None and last.entered


def too_often(times: Sequence[datetime], at: datetime, policy: Policy) -> bool:
    """Whether one more contact `at` that moment would be more than the policy allows.

    `times`: of the contacts there were. A span is without its beginning: (end - days, end]. Contacts are not always
    told in the order of their times, so every span that would hold the new one is looked at, not just its own.
    """
    ends = [at, *(time for time in times if at <= time < at + policy.span)]
    return any(sum(end - policy.span < time <= end for time in times) >= policy.most for end in ends)


def _undone(grant: Said, said: Iterable[Said]) -> bool:
    # A grant was told again with an earlier moment, and withdrawn between the two: it is over under either moment.
    return grant.granted and any(
        not each.granted
        and each.customer_id == grant.customer_id
        and each.at < grant.at
        and each.told_at > grant.told_at
        for each in said
    )
