"""Whom a campaign may be sent to, of the members of its segment; nothing is written."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from services.loyalty.campaigns.judging import withheld
from services.loyalty.campaigns.models import DeliveryTold, Selected, Verdict
from services.loyalty.campaigns.persons import persons
from services.loyalty.campaigns.tables import Campaign
from services.loyalty.contacts.queries import members
from shared.web.cursors import Pager, decode, encode
from shared.web.problems import WRONG_STATE, Problem


class Asked(NamedTuple):
    """Whether it may be sent through this channel, at that moment, as is known `now`."""

    channel: str
    at: datetime
    now: datetime

    def delivery(self, customer_id: str) -> DeliveryTold:
        """As it would be told."""
        return DeliveryTold.model_construct(customer_id=customer_id, delivered_at=self.at, channel=self.channel)


async def select(
    session: AsyncSession, campaign: Campaign, asked: Asked, paging: Pager
) -> tuple[list[Selected], str | None]:
    """A page of members who were not reached yet, in the order of their ids, and the next cursor.

    Raises a 409 problem for a campaign without a segment, or withdrawn by then.
    """
    if campaign.segment_id is None:
        raise Problem(WRONG_STATE, "the campaign is for no segment")
    if campaign.withdrawn_at is not None and campaign.withdrawn_at <= asked.at:
        raise Problem(WRONG_STATE, "the campaign was withdrawn by then")
    after = "" if paging.cursor is None else decode(paging.cursor, 1)[0]
    found = await members(session, campaign.segment_id, asked.at, paging.limit + 1, after)
    page = found[: paging.limit]
    following = encode(page[-1]) if len(found) > paging.limit else None
    return await _judged(session, campaign, asked, page), following


async def _judged(session: AsyncSession, campaign: Campaign, asked: Asked, customers: list[str]) -> list[Selected]:
    theirs = await persons(session, campaign, customers)
    waiting = [name for name in customers if not theirs.reached(name)]
    verdicts: dict[str, Verdict] = {name: "control" if theirs.held_back(name) else "deliver" for name in waiting}
    if not campaign.simulated:  # that one reaches nobody
        verdicts |= await withheld(session, theirs, [asked.delivery(name) for name in waiting], asked.now)
    return [Selected(customer_id=name, verdict=verdict) for name, verdict in verdicts.items()]
