"""The rules of tiers: what was spent, and what the programme demands, say who was of which tier when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal, NamedTuple

from services.loyalty.programme.domain import Programme, TierRule

NOTHING = Decimal(0)


class Spend(NamedTuple):
    """What a purchase added from `at` on, or a return took away; it counts as long as what was `bought_at` does."""

    at: datetime
    bought_at: datetime
    amount: Decimal

    @property
    def buys(self) -> bool:
        """Whether somebody bought, not gave back."""
        return self.amount >= 0


class Change(NamedTuple):
    """From `at` on somebody is of another tier; None is for no tier."""

    at: datetime
    before: str | None
    after: str | None
    direction: Literal["up", "down"]


class Span(NamedTuple):
    """Of which tier somebody is from `since` to before `until`, None for now.

    `review_at`: when they fall, unless they buy; None where that is never, and of spans that are over.
    """

    code: str | None
    since: datetime
    until: datetime | None
    review_at: datetime | None


class _Moment(NamedTuple):
    """What is spent changes here: to `net`. `bought`: by a purchase, which can lift a tier."""

    at: datetime
    net: Decimal
    bought: bool


def walk(spends: Sequence[Spend], versions: Iterable[Programme], holder_since: datetime) -> list[Change]:
    """Every change of somebody's tier, in order, those to come among them if nothing more is bought.

    `versions`: of the programme, in any order; `holder_since`: their first card. A purchase counts for the
    qualification period, from its time to before its end; what came back counts until it came back. Who reaches a
    threshold with a purchase is of the tier at once. Who is below the threshold of theirs, by whatever cause, falls to
    the tier then earned when the grace period is over that began when they were first below, and keeps it by reaching
    the threshold again before, or at that very moment.
    """
    standing, ordered = _Standing(), sorted(versions, key=lambda rules: rules.valid_from)
    for rules, following in pairwise([*ordered, None]):
        if rules is not None:
            end = None if following is None else following.valid_from
            standing.follow(rules, _moments(spends, rules, end), end, holder_since)
    return standing.changes


def spans(changes: Sequence[Change], now: datetime) -> list[Span]:
    """What has come of them by `now`."""
    past = [change for change in changes if change.at <= now]
    falls_at = next((change.at for change in changes if change.at > now), None)
    ends = [*(change.at for change in past[1:]), None]
    return [
        Span(change.after, change.at, end, falls_at if end is None else None)
        for change, end in zip(past, ends, strict=False)  # no change, no end
    ]


def spent(spends: Iterable[Spend], rules: Programme, now: datetime) -> Decimal:
    """Net spend of the qualification period that ends now."""
    window = timedelta(days=rules.qualification_days)
    return sum((each.amount for each in spends if each.at <= now < each.bought_at + window), NOTHING)


def rank(rules: Programme, code: str | None) -> float:
    """How high a tier is: none lowest; next one that the programme no longer has; then its own, ascending."""
    codes = [tier.code for tier in rules.tiers]
    return -1 if code is None else codes.index(code) if code in codes else -0.5


def above(rules: Programme, code: str | None) -> TierRule | None:
    """The next higher tier, None for the highest."""
    return next((tier for tier in rules.tiers if rank(rules, tier.code) > rank(rules, code)), None)


def change(rules: Programme, at: datetime, before: str | None, after: str | None) -> Change:
    """The change from one tier to another."""
    return Change(at, before, after, "up" if rank(rules, after) > rank(rules, before) else "down")


@dataclass(slots=True)
class _Standing:
    """How somebody stands while time passes. `below_since`: from when on they no longer earn the tier they are of."""

    code: str | None = None
    net: Decimal = NOTHING
    below_since: datetime | None = None
    changes: list[Change] = field(default_factory=list)

    def follow(
        self, rules: Programme, moments: Iterable[_Moment], end: datetime | None, holder_since: datetime
    ) -> None:
        """What comes of these moments while the rules are in force."""
        for moment in moments:
            self._wait(rules, moment.at)
            self.net = moment.net
            if moment.bought and moment.at >= holder_since:
                self._rise(rules, moment.at)
            self._look(rules, moment.at)
        self._wait(rules, end)

    def _rise(self, rules: Programme, at: datetime) -> None:
        if rank(rules, self._earned(rules)) > rank(rules, self.code):
            self._become(rules, at)

    def _look(self, rules: Programme, at: datetime) -> None:
        if self._keeps(rules):
            self.below_since = None
        elif self.below_since is None:
            self.below_since = at
        if (due := self._due(rules)) is not None and due <= at:
            self._become(rules, at)

    def _wait(self, rules: Programme, until: datetime | None) -> None:
        if (due := self._due(rules)) is not None and (until is None or due < until):
            self._become(rules, due)

    def _due(self, rules: Programme) -> datetime | None:
        if self.below_since is None:
            return None
        return max(self.below_since + timedelta(days=rules.grace_days), rules.valid_from)

    def _become(self, rules: Programme, at: datetime) -> None:
        after = self._earned(rules)
        self.changes.append(change(rules, at, self.code, after))
        self.code, self.below_since = after, None

    def _earned(self, rules: Programme) -> str | None:
        reached = [tier.code for tier in rules.tiers if tier.threshold <= self.net]
        return reached[-1] if reached else None

    def _keeps(self, rules: Programme) -> bool:
        reached = {tier.code for tier in rules.tiers if tier.threshold <= self.net}
        return self.code is None or self.code in reached


def _moments(spends: Iterable[Spend], rules: Programme, end: datetime | None) -> Iterator[_Moment]:
    """When net spend changes while the rules are in force, their beginning first."""
    changes, bought = _flows(spends, timedelta(days=rules.qualification_days))
    times, start = sorted({*changes, rules.valid_from}), rules.valid_from
    net = NOTHING
    for at in times:
        net += changes[at]
        if at >= start and (end is None or at < end):
            yield _Moment(at, net, at in bought)


def _flows(spends: Iterable[Spend], window: timedelta) -> tuple[dict[datetime, Decimal], set[datetime]]:
    """By moment, what comes into the qualification period less what leaves it; and when somebody bought."""
    flows: dict[datetime, Decimal] = defaultdict(Decimal)
    bought: set[datetime] = set()
    for spend in spends:
        leaves = spend.bought_at + window
        if spend.at < leaves:  # what came back later counted no more
            flows[spend.at] += spend.amount
            flows[leaves] -= spend.amount
            if spend.buys:
                bought.add(spend.at)
    return flows, bought
