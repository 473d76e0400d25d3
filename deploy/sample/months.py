"""The year told month by month, each closed before the next begins: what a card said then, it must say for ever."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from deploy.sample import reference
from deploy.sample.bodies import customer_id
from deploy.sample.catching_up import facts_in
from deploy.sample.closes import MONTHS, close_months
from deploy.sample.loading import Happened, Wanted, begin, tell
from deploy.sample.progress import Progress
from deploy.sample.reference import Campaign
from deploy.sample.remote import Remote
from deploy.sample.simulation import Simulated, simulate
from deploy.sample.surveys import simulate_surveys
from deploy.sample.transactions import Head, Transactions

EDGES = ("2016-01-01T00:00:00Z", *MONTHS, "2100-01-01T00:00:00Z")
Cards = dict[tuple[str, str], Any]
"""By month's end and customer."""


async def live_through(
    remote: Remote, progress: Progress, transactions: Transactions, wanted: Wanted, watched: int
) -> tuple[int, list[tuple[str, str]]]:
    """Tell the year; returns how many cards of `watched` customers were compared, and those that changed since.

    Each is asked for as of the end of each month when that month was closed, and again when the year was over.
    """
    heads = wanted.heads(transactions)
    households = sorted({head.household for head in heads})
    customers = [customer_id(household) for household in households[:watched]]
    await begin(remote, progress, households, reference.campaigns(set()))
    cards: Cards = {}
    *months, rest = _months(transactions, heads, set(households))
    for as_of, month in zip(MONTHS, months, strict=True):
        await tell(remote, progress, transactions, month)
        await facts_in(remote, progress)
        await close_months(remote, progress, [as_of])
        cards |= await _cards(remote, as_of, customers)
    await tell(remote, progress, transactions, rest)
    await facts_in(remote, progress)
    again = [card for as_of in MONTHS for card in (await _cards(remote, as_of, customers)).items()]
    return len(again), [key for key, card in again if card != cards[key]]


def _months(transactions: Transactions, heads: Sequence[Head], households: set[int]) -> Iterator[Happened]:
    campaigns = reference.campaigns(households)
    complaints = [each for each in simulate(transactions.heads) if each.household in households]
    surveys = [body for household, body in simulate_surveys(transactions.heads) if household in households]
    for begins, ends in pairwise(map(datetime.fromisoformat, EDGES)):
        yield Happened(
            [head for head in heads if begins <= head.at < ends],
            [_within(campaign, begins, ends) for campaign in campaigns],
            [part for each in complaints if (part := _until(each, begins, ends))],
            [body for body in surveys if begins <= _at(body) < ends],
        )


def _within(campaign: Campaign, begins: datetime, ends: datetime) -> Campaign:
    def holds(day: object) -> bool:
        return begins.date() <= day < ends.date()  # type: ignore[operator]

    return replace(
        campaign,
        households=campaign.households if holds(campaign.starts_on) else [],
        redemptions=[each for each in campaign.redemptions if holds(each[1])],
    )


def _until(complaint: Simulated, begins: datetime, ends: datetime) -> Simulated | None:
    """As far as it had come by the end of the month; None where nothing of it happened in the month."""
    steps = [(verb, body) for verb, body in complaint.steps if _at(body) < ends]
    moments = [_at(body) for body in (complaint.opening, *(body for _, body in steps))]
    return replace(complaint, steps=steps) if any(begins <= at < ends for at in moments) else None


def _at(body: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(body["occurred_at"])


async def _cards(remote: Remote, as_of: str, customers: Sequence[str]) -> Cards:
    path = f"scorecard?as_of={quote(as_of)}"
    return {
        (as_of, customer): await remote.get("scoring", f"/v1/customers/{customer}/{path}") for customer in customers
    }
