"""Everything in its order: what others refer to first, then the year, then the scores."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.sample import reference
from deploy.sample.answering import answer
from deploy.sample.bodies import Body
from deploy.sample.catching_up import facts_in, scored
from deploy.sample.closes import MONTHS, QUARTER, close_months, learn_suggestions
from deploy.sample.complaining import complain
from deploy.sample.entities import create_campaigns, put_catalogue, put_customers, tell_contacts
from deploy.sample.imports import import_purchases, import_visits
from deploy.sample.progress import Progress
from deploy.sample.reference import Campaign
from deploy.sample.remote import Remote
from deploy.sample.segments import put_segments
from deploy.sample.simulation import Simulated, simulate
from deploy.sample.surveys import simulate_surveys
from deploy.sample.transactions import Head, Transactions
from deploy.sample.verdicts import Verdicts

SHOWN = 208
"""The household whose card the documents show: whoever loads a part of the sample has it first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the sample: so many households (all where None), in order of time or shuffled.

    `last_close`: the last quarter's two closes alone, instead of one a month: what is told of segments then has
    somebody in it, as they are those of the quarter's start.
    """

    households: int | None = None
    shuffle: int | None = None
    last_close: bool = False

    def heads(self, transactions: Transactions) -> list[Head]:
        """The baskets to load, in the order to load them."""
        numbers = transactions.households()
        first = numbers.index(SHOWN)
        households = set([*numbers[first:], *numbers[:first]][: self.households])
        heads = [head for head in transactions.heads if head.household in households]
        if self.shuffle is not None:
            random.Random(self.shuffle).shuffle(heads)  # noqa: S311 -- to be repeated at will
        return heads


@dataclass(frozen=True, slots=True)
class Happened:
    """What is told of some stretch of time."""

    heads: Sequence[Head]
    campaigns: Sequence[Campaign]
    complaints: Sequence[Simulated]
    surveys: Sequence[Body]


@dataclass(slots=True)
class Outcome:
    """What a run did: verdicts of each step, in order, and seconds."""

    lines: int = 0
    verdicts: dict[str, Verdicts] = field(default_factory=dict)
    sent: float = 0.0
    facts_in: float = 0.0
    scored: float = 0.0
    closes: dict[str, float] = field(default_factory=dict)
    total: float = 0.0

    @property
    def problems(self) -> list[str]:
        """The first of what was rejected."""
        return [f"{name}: {line}" for name, found in self.verdicts.items() for line in found.problems]


async def load(remote: Remote, progress: Progress, transactions: Transactions, wanted: Wanted) -> Outcome:
    """Sends everything, waits for the scores, closes the months; seconds are counted from the first request."""
    outcome, begun = Outcome(), time.monotonic()
    heads = wanted.heads(transactions)
    outcome.lines = sum(map(transactions.size, heads))
    await _send(remote, progress, transactions, heads, outcome.verdicts)
    outcome.sent = time.monotonic() - begun
    if outcome.problems:
        return outcome
    await facts_in(remote, progress)
    outcome.facts_in = time.monotonic() - begun
    await scored(remote, progress)
    outcome.scored = time.monotonic() - begun
    months = QUARTER if wanted.last_close else MONTHS
    outcome.closes = dict(zip(months, await close_months(remote, progress, months), strict=True))
    await learn_suggestions(remote, progress, months[-1], len(heads))
    await scored(remote, progress, "scored again", reviewed=True)
    outcome.total = time.monotonic() - begun
    return outcome


async def _send(
    remote: Remote,
    progress: Progress,
    transactions: Transactions,
    heads: Sequence[Head],
    verdicts: dict[str, Verdicts],
) -> None:
    households = sorted({head.household for head in heads})
    campaigns = reference.campaigns(set(households))
    verdicts |= await begin(remote, progress, households, campaigns)
    known = set(households)
    complaints = [each for each in simulate(transactions.heads) if each.household in known]
    surveys = [body for household, body in simulate_surveys(transactions.heads) if household in known]
    verdicts |= await tell(remote, progress, transactions, Happened(heads, campaigns, complaints, surveys))


async def begin(
    remote: Remote, progress: Progress, households: Sequence[int], campaigns: Sequence[Campaign]
) -> dict[str, Verdicts]:
    """What others refer to."""
    return {
        "catalogue": await put_catalogue(remote, progress, reference.departments(), reference.stores()),
        "customers": await put_customers(remote, progress, households, reference.demographics()),
        "campaigns": await create_campaigns(remote, progress, campaigns),
        "segments": await put_segments(remote, progress),
    }


async def tell(
    remote: Remote, progress: Progress, transactions: Transactions, happened: Happened
) -> dict[str, Verdicts]:
    """What happened, to campaigns that are there."""
    # Two services, two imports: side by side.
    purchases, visits = await asyncio.gather(
        import_purchases(remote, progress, transactions, happened.heads),
        import_visits(remote, progress, happened.heads),
    )
    return {
        "purchases": purchases,
        "visits": visits,
        "deliveries": await tell_contacts(remote, progress, happened.campaigns, "deliveries"),
        "responses": await tell_contacts(remote, progress, happened.campaigns, "responses"),
        "complaints": await complain(remote, progress, happened.complaints),
        "surveys": await answer(remote, progress, happened.surveys),
    }
