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
from services.loyalty.campaigns.tables import Campaign
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


async def withheld(session: AsyncSession, campaign: Campaign, told: Sequence[DeliveryTold]) -> dict[str, Reason]:
    """Who of them may not be sent it, in the order of their ids; the others count as contacted for who follows."""
    if not told:
        return {}
    judge = await _judge(session, campaign, told)
    judged = {entry.customer_id: judge.judge(entry) for entry in sorted(told, key=lambda entry: entry.customer_id)}
    return {customer: reason for customer, reason in judged.items() if reason is not None}


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is known of customers under all of their ids. `crossings`: None where the campaign is for no segment."""

    families: Mapping[str, set[str]]
    said: Mapping[tuple[str, str], list[Said]]
    crossings: Mapping[str, list[Crossing]] | None
    policies: Mapping[str, Policy]
    reached: Times

    def judge(self, entry: DeliveryTold) -> Reason | None:
        """Why this may not be sent; where it may, the customer has been contacted from now on."""
        ids = self.families[entry.customer_id]
        if not consented(self._of(self.said, ids, entry.channel), entry.delivered_at):
            return "no_consent"
        if not self._in_segment(ids, entry.delivered_at):
            return "not_in_segment"
        policy = self.policies.get(entry.channel, DEFAULT)
        if too_often(self._of(self.reached, ids, entry.channel), entry.delivered_at, policy):
            return "too_often"
        self.reached[entry.customer_id, entry.channel].append(entry.delivered_at)
        return None

    def _in_segment(self, ids: Iterable[str], at: datetime) -> bool:
        return self.crossings is None or any(is_member(self.crossings.get(name, ()), at) for name in ids)

    @staticmethod
    def _of(found: Mapping[tuple[str, str], list[T]], ids: Iterable[str], channel: str) -> list[T]:
        return [each for name in ids for each in found.get((name, channel), ())]


async def _judge(session: AsyncSession, campaign: Campaign, told: Sequence[DeliveryTold]) -> _Judge:
    kin = await families(session, [entry.customer_id for entry in told])
    ids = sorted(set[str]().union(*kin.values()))
    policies = await contacts.policies(session)
    span = max((policy.span for policy in policies.values()), default=timedelta())
    since = min(entry.delivered_at for entry in told) - max(span, DEFAULT.span)
    return _Judge(
        families=kin,
        said=await contacts.said(session, ids, campaign.purpose),
        crossings=await contacts.crossings(session, ids, campaign.segment_id) if campaign.segment_id else None,
        policies=policies,
        reached=await queries.reached(session, ids, since),
    )
