"""Who may not be sent a campaign, and why: judged before anything is sent, for many customers at once."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.campaigns import queries
from services.loyalty.campaigns.models import DeliveryTold
from services.loyalty.campaigns.persons import Persons
from services.loyalty.contacts import queries as contacts
from services.loyalty.contacts.domain import DEFAULT, Crossing, Policy, Reason, Said, consented, is_member, too_often
from shared.aliases import families

T = TypeVar("T")
PLACES = 64
"""A lock for each of five thousand customers would be more than the database keeps."""
_ALONE = text("select pg_advisory_xact_lock(hashtext('contacts'), place) from unnest(cast(:places as int[])) as place")

Times = Mapping[tuple[str, str], list[datetime]]


async def alone(session: AsyncSession, customers: Collection[str]) -> None:
    """Wait for whoever judges one of these customers, under whichever id, until their transaction ends.

    All at once and in order, so that no two wait for each other.
    """
    if customers:
        least = [min(ids) for ids in (await families(session, customers)).values()]
        places = sorted({crc32(name.encode()) % PLACES for name in least})
        await session.execute(_ALONE, {"places": places})


async def withheld(
    session: AsyncSession, theirs: Persons, told: Sequence[DeliveryTold], now: datetime
) -> dict[str, Reason]:
    """Who of them may not be sent it, in the order of their ids.

    Of the ids of one person one is sent it, the least that may be: for the others they are `reached` already. Who is
    of the control group is reached under none.
    """
    if not told:
        return {}
    judge, reached, found = await _judge(session, theirs, told, now), set[str](), dict[str, Reason]()
    for entry in sorted(told, key=lambda entry: entry.customer_id):
        name = entry.customer_id
        reason: Reason | None = "reached" if name in reached or theirs.reached(name) else judge.judge(entry)
        if reason is not None:
            found[name] = reason
        elif not theirs.held_back(name):
            reached |= theirs.kin[name]
    return found


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is known of customers under all of their ids. `crossings`: None where the campaign is for no segment.

    `now`: when it is judged; who withdrew their consent since the moment that is told is not written to any more.
    """

    families: Mapping[str, set[str]]
    said: Mapping[tuple[str, str], list[Said]]
    crossings: Mapping[str, list[Crossing]] | None
    policies: Mapping[str, Policy]
    reached: Times
    now: datetime

    def judge(self, entry: DeliveryTold) -> Reason | None:
        """Why this may not be sent; None where it may."""
        ids = self.families[entry.customer_id]
        said = self._of(self.said, ids, entry.channel)
        if not all(consented(said, at) for at in (entry.delivered_at, self.now)):
            return "no_consent"
        if not self._in_segment(ids, entry.delivered_at):
            return "not_in_segment"
        policy = self.policies.get(entry.channel, DEFAULT)
        if too_often(self._of(self.reached, ids, entry.channel), entry.delivered_at, policy):
            return "too_often"
        return None

    def _in_segment(self, ids: Iterable[str], at: datetime) -> bool:
        return self.crossings is None or any(is_member(self.crossings.get(name, ()), at) for name in ids)

    @staticmethod
    def _of(found: Mapping[tuple[str, str], list[T]], ids: Iterable[str], channel: str) -> list[T]:
        return [each for name in ids for each in found.get((name, channel), ())]


async def _judge(session: AsyncSession, theirs: Persons, told: Sequence[DeliveryTold], now: datetime) -> _Judge:
    campaign, kin = theirs.campaign, theirs.kin
    ids = sorted(set[str]().union(*(kin[entry.customer_id] for entry in told)))
    policies = await contacts.policies(session)
    span = max((policy.span for policy in policies.values()), default=timedelta())
    since = min(entry.delivered_at for entry in told) - max(span, DEFAULT.span)
    return _Judge(
        families=kin,
        said=await contacts.said(session, ids, campaign.purpose),
        crossings=await contacts.crossings(session, ids, campaign.segment_id) if campaign.segment_id else None,
        policies=policies,
        reached=await queries.reached(session, ids, since),
        now=now,
    )
